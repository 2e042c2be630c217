"""Signing up while the mail server is down or refuses the address: a clear page, and the name stays free."""

import pytest

from accounts.models import User
from lib.unavailable import RETRY_AFTER
from tests.accounts.entrance import send
from tests.accounts.test_accounts import SIGN_UP
from tests.inbox.letters.post_office import open_office

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(settings):
    with open_office(settings) as office:
        yield office


def test_an_address_that_the_mail_server_refuses_makes_no_account_and_another_one_does(office, stranger):
    office.refuses[SIGN_UP["email"]] = "550 5.1.1 unknown"
    answer = send(stranger, "/accounts/signup/", SIGN_UP)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, RETRY_AFTER)
    assert "The mail could not be sent. Check the address" in answer.content.decode()
    assert not User.objects.exists()
    send(stranger, "/accounts/signup/", SIGN_UP | {"email": "other@example.org"})
    assert [address for address, _ in office.taken] == ["other@example.org"]
    assert User.objects.get().username == SIGN_UP["username"]


def test_while_the_mail_server_is_down_no_account_is_made(settings, stranger):
    settings.MAILERS = {"default": {"BACKEND": "lib.mail.SmtpBackend", "OPTIONS": {"host": "127.0.0.1", "port": 1}}}
    answer = send(stranger, "/accounts/signup/", SIGN_UP)
    assert (answer.status_code, "The mail could not be sent." in answer.content.decode()) == (503, True)
    assert not User.objects.exists()
