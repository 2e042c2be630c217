"""A question in the words of the index: stems, prefixes, mended errors, weights, and the rarest within a budget."""

import math

import pytest

from papers import wording
from papers.models import Word
from papers.query import terms
from tests.factories import PaperFactory

pytestmark = pytest.mark.usefixtures("library")


def read(words) -> wording.Wording:
    return wording.read(terms(words))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("tumuors", "tumours"),  # swapped
        ("resoning", "reasoning"),  # missing
        ("molleculess", "molecules"),  # too many
        ("dekodink", "decoding"),  # wrong
        ("Nunes", "nunez"),
        ("Rönneburger", "ronneberger"),
        ("grpah", "graph"),
    ],
)
def test_a_misspelt_word_is_read_as_the_nearest_in_a_title_or_a_name(typed, meant):
    asked = read(f"{typed} zzz")
    [[read_as, word]] = asked.mended.items()
    assert (read_as, word) == (wording.bare(typed), meant)
    assert {read_as, meant} <= asked.marked
    assert f"'{meant}'" in asked.every


@pytest.mark.parametrize(
    "words",
    [
        "grahp neurla",  # two errors, one in each: see below
        "graxxph",
        "grxxh",  # two of five letters
        "moxxxules",  # three
        "reasoned",  # the stem of a known word
        "molec",  # begins one
        '"tumuors grpah"',
        "graph -tumuors",
        "the of",
        "xqzkwv",
        "",
    ],
)
def test_nothing_else_is_mended(words):
    assert read(words).mended == ({"grahp": "graph", "neurla": "neural"} if "neurla" in words else {})
