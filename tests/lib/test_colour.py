"""Any colour becomes one that can be read on the paper and on what is raised from it, in light and in dark."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.colour import DARK_BACKGROUNDS, LIGHT_BACKGROUNDS, MIN_CONTRAST, contrast, readable

TOKENS = Path("static/css/tokens.css").read_text()
COLOURS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


def token(name: str) -> tuple[str, str]:
    return re.search(rf"--{name}: light-dark\((#\w{{6}}), (#\w{{6}})\)", TOKENS).groups()


def test_the_grounds_are_those_of_the_stylesheet():
    assert tuple(zip(token("paper"), token("raised"), strict=True)) == (LIGHT_BACKGROUNDS, DARK_BACKGROUNDS)


@pytest.mark.parametrize(("one", "other", "ratio"), [("#000000", "#ffffff", 21), ("#777777", "#ffffff", 4.48)])
def test_contrast_is_as_wcag_defines_it(one, other, ratio):
    assert contrast(one, other) == contrast(other, one) == pytest.approx(ratio, abs=0.005)


@given(COLOURS)
def test_every_colour_can_be_read(colour):
    schemes = zip(readable(colour), (LIGHT_BACKGROUNDS, DARK_BACKGROUNDS), token("on-accent"), strict=True)
    for shade, backgrounds, over in schemes:
        assert re.fullmatch("#[0-9a-f]{6}", shade)
        assert all(contrast(shade, background) >= MIN_CONTRAST for background in backgrounds)
        assert contrast(shade, over) >= MIN_CONTRAST  # the words on a button of that colour


@given(COLOURS)
def test_what_can_be_read_stays_as_it_is(colour):
    light, dark = readable(colour)
    assert (light == colour) is all(contrast(colour, background) >= MIN_CONTRAST for background in LIGHT_BACKGROUNDS)
    assert (dark == colour) is all(contrast(colour, background) >= MIN_CONTRAST for background in DARK_BACKGROUNDS)
