import pytest

from lib.templatetags.house import bare_url, compact
from lib.text import fold, one_line


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
