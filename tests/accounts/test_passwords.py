"""Passwords that somebody who attacks this site would try first are refused."""

import pytest
from lxml import html

from accounts.models import User
from tests.accounts.entrance import send

GUESSABLE = [
    "Broadsheet2026!",
    "br0ad$h33t",
    "B-r-o-a-d-s-h-e-e-t 1",
    "Summer2026",
    "5umm3r_2026",
    "november-2026",
    "Nov2026Nov!",
    "winter.xk.26",
    "28.11.2026",
    "Papers2026!",  # of papers.example.org
    "password123",
    "k7qxmar",
]
GOOD = [
    *("correct horse battery", "mayonnaise jar", "k7qx29-marzipan", "Zürich bei Nacht", "Broadsheet reader"),
    *("5093 8846 7120 3391", "long " * 25),
]


@pytest.fixture(autouse=True)
def _host(settings):
    settings.BASE_URL = "https://papers.example.org"


def sign_up(stranger, password: str):
    passwords = {"password1": password, "password2": password}
    return send(stranger, "/accounts/signup/", {"username": "nora", "email": "nora@example.com"} | passwords)


@pytest.mark.parametrize("password", GUESSABLE)
def test_a_password_that_can_be_guessed_is_refused(stranger, password):
    assert 'class="errorlist"' in sign_up(stranger, password).content.decode()
    assert not User.objects.exists()


@pytest.mark.parametrize("password", GOOD)
def test_one_that_can_not_is_taken(stranger, password):
    sign_up(stranger, password)
    assert User.objects.get().check_password(password)


def test_it_is_checked_exactly_as_it_was_typed(stranger):
    sign_up(stranger, "  Mayonnaise jar ")
    person = User.objects.get()
    assert person.check_password("  Mayonnaise jar ")
    assert not any(map(person.check_password, ["Mayonnaise jar", "  mayonnaise jar ", "  Mayonnaise jar"]))


def test_fields_for_passwords_hide_them_and_help_password_managers(dora, signed_in, stranger):
    for reader, path in ((stranger, "/accounts/signup/"), (signed_in(dora), "/accounts/password/change/")):
        fields = html.fromstring(reader.get(path).content).xpath("//input[@name='password1' or @name='password2']")
        assert [(field.get("type"), field.get("autocomplete")) for field in fields] == [
            ("password", "new-password")
        ] * 2
