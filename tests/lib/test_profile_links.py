"""Links as people type them and as rows keep them."""

import pytest
from django.core.exceptions import ValidationError

from lib import profile_links
from lib.forms import LinksField

TYPED = "My page  https://example.org/~me\n\n  https://www.example.com/a?b=c#d \r\n"
KEPT = [
    {"label": "My page", "url": "https://example.org/~me"},
    {"label": "example.com", "url": "https://www.example.com/a?b=c#d"},
]


def test_a_line_is_a_label_and_an_address():
    assert profile_links.parse(TYPED) == KEPT
    assert profile_links.parse(profile_links.lines(KEPT)) == KEPT
    assert profile_links.parse(" \n ") == []


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Code javascript:alert(1)", "“Code javascript:alert(1)”: The line must end with an address"),
        ("Mail mailto:a@example.org", "begins with http:// or https://"),
        ("File ftp://example.org/a", "begins with http:// or https://"),
        ("nothing", "“nothing”: The line must end"),
        ("https:// Me", "“https:// Me”"),
        (f"{'l' * 41} https://example.org", "this one has 41"),
        (f"Me https://example.org/{'w' * 200}", "at most 200 characters"),
        ("\n".join(["Me https://example.org"] * 6), "5 links; these are 6"),
    ],
)
def test_what_is_no_link_is_named(typed, words):
    with pytest.raises(ValidationError) as error:
        profile_links.parse(typed)
    assert words in " ".join(error.value.messages)


def test_every_wrong_line_is_named_at_once():
    with pytest.raises(ValidationError) as error:
        profile_links.parse("one\nHome https://example.org\ntwo")
    assert [message[:5] for message in error.value.messages] == ["“one”", "“two”"]


@pytest.mark.parametrize("kept", ["", {}, ["https://example.org"], [{"label": "a"}], [{"label": 1, "url": 2}]])
def test_a_row_keeps_nothing_else(kept):
    with pytest.raises(ValidationError):
        profile_links.validate(kept)


def test_the_field_shows_what_was_typed_and_notices_changes():
    field = LinksField()
    assert field.clean(TYPED) == KEPT
    assert field.clean("") == []
    assert field.prepare_value(KEPT) == profile_links.lines(KEPT)
    assert field.prepare_value("half a li") == "half a li"
    assert not field.has_changed(KEPT, profile_links.lines(KEPT))
    assert field.has_changed(KEPT, TYPED + "x https://example.org")
