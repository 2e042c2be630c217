"""Word by word: what was removed and added, how it reads, and how long hostile texts can take."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib import word_diff
from lib.word_diff import MAX_PAIRS, Kind, as_html, of_names, of_words

TIMEOUT = 5  # seconds for what takes a tenth of one, since the machine may be busy


def brief(stretches) -> str:
    """The stretches in one line: "same [-removed-] {+added+}"."""
    marks = {Kind.SAME: "{}", Kind.REMOVED: "[-{}-]", Kind.ADDED: "{{+{}+}}"}
    return "".join(marks[kind].format(text) for kind, text in stretches)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", ""),
        ("Nobody trains alone.", "Nobody trains alone.", "Nobody trains alone."),
        ("", "New words", "{+New words+}"),
        ("Old words", "", "[-Old words-]"),
        (
            "We use ten large models here.",
            "We use nine large models here.",
            "We use [-ten -]{+nine +}large models here.",
        ),
        ("It is fast.", "It is fast, and small.", "It is fast{+, and small+}."),
        ("Sampling tokens", "Sampling  tokens", "Sampling  tokens"),
        ("one two three four", "five two six four", "[-one two three -]{+five two six +}four"),
        ("one so it goes two", "six so it goes ten", "[-one -]{+six +}so it goes [-two-]{+ten+}"),
        ("A.\n\nB is C.", "A.\n\nB was C.", "A.\n\nB [-is -]{+was +}C."),
        ("α_i² grows", "β_i² grows", "[-α_i² -]{+β_i² +}grows"),
    ],
)
def test_what_was_removed_and_added(old, new, expected):
    assert brief(of_words(old, new)) == expected


def test_names_stay_whole():
    old, new = ["Ada Lovelace", "Grace Hopper", "Alan Turing"], ["Ada Lovelace", "Grace B. Hopper", "Alan Turing"]
    assert brief(of_names(old, new)) == "Ada Lovelace, [-Grace Hopper, -]{+Grace B. Hopper, +}Alan Turing"
    assert brief(of_names(old[:1], new[:1])) == "Ada Lovelace"


_TEXTS = st.lists(st.sampled_from(["a", "b", "c", ",", "d."]), max_size=30).map(" ".join)


@given(_TEXTS, _TEXTS)
def test_the_stretches_make_both_texts(old, new):
    stretches = of_words(old, new)

    def without(kind):
        return "".join(text for found, text in stretches if found is not kind).split()

    assert ["".join(without(Kind.REMOVED)), "".join(without(Kind.ADDED))] == ["".join(t.split()) for t in (new, old)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a " * 32_000 + "b", "c " + "a " * 32_000),
        ("a b " * 16_000, "b b a " * 11_000),
        (" ".join(map(str, range(12_000))), " ".join(map(str, range(12_000, 0, -1)))),
        ("x" * 65_000, "x" * 64_999),
        ("a b " * 125 + "y", "z" + "b a " * 125),
    ],
)
def test_hostile_texts_take_no_time(old, new):
    started = time.perf_counter()
    assert word_diff.has_changes(of_words(old, new))
    assert time.perf_counter() - started < TIMEOUT


def test_too_many_words_are_replaced_as_a_whole():
    side = int(MAX_PAIRS**0.5) + 1
    old, new = [[f"{letter}{n} same" for n in range(side)] for letter in "ab"]
    stretches = of_words("Head " + " ".join(old) + " tail", "Head " + " ".join(new) + " tail")
    assert [kind for kind, _ in stretches] == ["same", "removed", "added", "same"]
    assert (stretches[0].text, stretches[-1].text) == ("Head ", "same tail")


def test_html_has_words_for_screen_readers_and_is_escaped():
    html = as_html(of_words("<b>", "<i>"))
    assert "<b>" not in html
    assert '<del><span class="visually-hidden"> [removed: </span>' in html
    assert '<ins><span class="visually-hidden"> [added: </span>' in html
