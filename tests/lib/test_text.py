import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.templatetags.house import bare_url, compact
from lib.text import bare, fold, one_line


@pytest.mark.parametrize(
    ("text", "line"),
    [("a\n  b", "a b"), ("a\x00b\x1f", "a b"), ("  a\t\r\nb ", "a b"), ("", ""), ("é\u2028x", "é x")],
)
def test_one_line(text, line):
    assert one_line(text) == line


@pytest.mark.parametrize(
    ("text", "folded"), [("Núñez", "nunez"), ("Straße", "strasse"), ("ﬁne", "fine"), ("ÅNGSTRÖM", "angstrom")]
)
def test_fold(text, folded):
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("GPT-4", "gpt 4"),
        ("gpt4", "gpt 4"),
        ("gpt 4", "gpt 4"),
        ("GPT-4.5: 3.14 and v1.2.3.", "gpt 4.5 3.14 and v 1.2.3"),
        ("3D-4o 7b1", "3d 4o 7b 1"),
        ("and/or here.Then ... .5 5.", "and or here then 5 5"),
        ("Newton's O’Brien", "newtons obrien"),
        ("snake_case", "snake case"),
        ("$x^2$ “quoted” — 50 %", "x 2 quoted 50"),
        ("Go\u0308del Straße ﬁne", "godel strasse fine"),
        ("東京 Эйлер", "東京 эилер"),
        ("!? -- _", ""),
        ("", ""),
    ],
)
def test_bare(text, words):
    assert bare(text) == words


@given(st.text())
def test_bare_is_words_one_space_apart_and_stays_as_it_is(text):
    assert all(word.replace(".", "").isalnum() for word in bare(text).split(" ")) or not bare(text)
    assert bare(bare(text)) == bare(text)
    assert "  " not in bare(text)


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0"),
        (987, "987"),
        (1000, "1.0k"),
        (1234, "1.2k"),
        (34_500, "34k"),
        (999_499, "999k"),
        (999_999, "1.0M"),
        (1_234_567, "1.2M"),
    ],
)
def test_compact(count, text):
    assert compact(count) == text


def test_bare_url():
    assert bare_url("https://www.example.org/a/") == "example.org/a"
