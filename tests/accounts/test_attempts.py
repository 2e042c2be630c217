"""Attempts to sign in: what they cost, how many there may be, whom they lock out, and who learns of those that fail."""

import json
import re
from datetime import timedelta
from functools import partial

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher

from accounts import hashers
from accounts.models import Suppression, User
from accounts.models.suppression import Why
from lib import logs
from tests.accounts.entrance import (
    HERE,
    OTHER_NETWORK,
    PASSWORD,
    add_app,
    is_signed_in,
    link_in,
    register,
    send,
    sign_in,
)
from tests.factories import NOON
from tests.race import race

ERRATIC = "203.0.113.99"  # in the same network as OTHER_NETWORK
SIGN_UP = {"username": "nora", "email": "nora@example.org", "password1": PASSWORD, "password2": PASSWORD}


class CountingHasher(MD5PasswordHasher):
    hashes = 0

    def encode(self, password, salt):
        type(self).hashes += 1
        return super().encode(password, salt)


@pytest.fixture(autouse=True)
def _same_moment(time_machine):
    """On a slow machine, too, no attempt is given back while a test goes on."""
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def hashes(dora, settings):
    """How many hashes this costs: `hashes(lambda: …)`."""
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]

    def count(act) -> int:
        before = CountingHasher.hashes
        act()
        return CountingHasher.hashes - before

    return count


@pytest.mark.parametrize("login", ["dora", "dora@example.org", "nobody", "nobody@example.org", "idle", "bare"])
@pytest.mark.parametrize("password", [PASSWORD, "wrong password"])
def test_a_sign_in_costs_one_hash_whatever_the_answer_is(hashes, login, password):
    register("idle", is_active=False)
    User.objects.create(username="bare", email="bare@example.org", password="!")  # signs in with another site
    assert hashes(lambda: sign_in(login, password)) == 1


@pytest.mark.parametrize("email", ["nora@example.org", "dora@example.org"])
def test_signing_up_costs_one_hash_whether_the_address_is_taken_or_not(hashes, stranger, email):
    assert hashes(lambda: send(stranger, "/accounts/signup/", SIGN_UP | {"email": email})) == 1


@pytest.mark.parametrize("email", ["nobody@example.org", "dora@example.org"])
def test_asking_for_a_reset_costs_no_hash(hashes, stranger, email):
    assert hashes(lambda: send(stranger, "/accounts/password/reset/", {"email": email})) == 0


def test_wrong_passwords_lock_nobody_out_but_their_own_network(dora):
    for login in ["dora", "dora@example.org", "DORA", "dora", "dora"]:
        answer, _ = sign_in(login, "wrong password", OTHER_NETWORK)
        assert answer.status_code == 200
    for ip in (OTHER_NETWORK, ERRATIC):
        answer, reader = sign_in("dora", PASSWORD, ip)
        assert (answer.status_code, is_signed_in(reader)) == (429, False)
        assert 0 < int(answer.headers["Retry-After"]) <= 60
        assert "Too many sign-in attempts from your network" in answer.content.decode()
    _, reader = sign_in("dora", PASSWORD, HERE)
    assert is_signed_in(reader)


def test_a_right_password_forgets_the_wrong_ones(dora):
    for password in ["wrong password"] * 4 + [PASSWORD] + ["wrong password"] * 4 + [PASSWORD]:
        answer, reader = sign_in("dora", password)
    assert answer.status_code == 302
    assert is_signed_in(reader)


def test_a_new_password_forgets_the_wrong_ones(dora, stranger, mailoutbox):
    for _ in range(6):
        answer, _ = sign_in("dora", "wrong password")
    assert answer.status_code == 429
    send(stranger, "/accounts/password/reset/", {"email": "dora@example.org"})
    form = stranger.get(link_in(mailoutbox[-1])).url
    send(stranger, form, {"password1": "another horse", "password2": "another horse"})
    _, reader = sign_in("dora", "another horse")
    assert is_signed_in(reader)


def test_a_network_is_refused_before_anything_is_hashed(hashes):
    for n in range(29):
        sign_in(f"nobody{n}", "wrong password", f"203.0.113.{n}")
    assert hashes(lambda: sign_in("dora", PASSWORD, OTHER_NETWORK)) == 1
    assert hashes(lambda: sign_in("nobody", PASSWORD, OTHER_NETWORK)) == 0
    assert hashes(lambda: sign_in("dora", PASSWORD, HERE)) == 1


def test_the_owner_is_told_once_a_day(dora, work, mailoutbox):
    for n in range(8):
        sign_in("dora", "wrong password", f"192.0.{n}.7")
        work()
        assert len(mailoutbox) == (1 if n >= 4 else 0)
    assert mailoutbox[0].to == ["dora@example.org"]
    assert "most recently from the network 192.0.4.0/24" in mailoutbox[0].body
    assert "http://127.0.0.1:8000/settings/security" in mailoutbox[0].body
    _, reader = sign_in("dora")
    page = reader.get("/settings/security").content.decode()
    assert (page.count("Wrong password"), "192.0.7.0/24" in page) == (8, True)


def test_the_owner_is_told_of_wrong_codes_behind_the_right_password(dora, work, mailoutbox):
    add_app(dora)
    answer, reader = sign_in("dora")
    for _ in range(5):
        send(reader, answer.url, {"code": "000000"})
    work()
    assert "with your password and a wrong code" in mailoutbox[-1].body
    assert "someone knows your password. Change it now" in mailoutbox[-1].body


def test_a_stolen_session_cannot_guess_the_password_unnoticed(dora, work, mailoutbox):
    _, reader = sign_in("dora")
    guess = {"oldpassword": "wrong password", "password1": "another horse", "password2": "another horse"}
    for _ in range(5):
        assert "type your current password" in send(reader, "/accounts/password/change/", guess).content.decode()
    assert send(reader, "/accounts/reauthenticate/", {"password": "wrong password"}).status_code == 429
    work()
    assert "tried several times today to sign in to your account" in mailoutbox[-1].body
    assert "Wrong password, 5 times" in reader.get("/settings/security").content.decode()


def test_wrong_passwords_do_not_fill_the_log_of_their_victim(dora, signed_in, time_machine):
    sign_in("dora")
    for minutes in range(0, 360, 5):
        time_machine.move_to(NOON + timedelta(minutes=minutes), tick=False)
        sign_in("dora", "wrong password", OTHER_NETWORK)
    page = signed_in(dora).get("/settings/security").content.decode()
    assert page.count("Wrong password") == 1
    assert "Wrong password, 72 times within a day" in page
    time_machine.move_to(NOON + timedelta(days=1), tick=False)
    sign_in("dora", "wrong password", OTHER_NETWORK)
    page = signed_in(dora).get("/settings/security").content.decode()
    assert page.count("Wrong password") == 2


@pytest.mark.django_db(transaction=True)
def test_wrong_passwords_at_once_are_all_counted(dora):
    race(*(partial(sign_in, "dora", "wrong password") for _ in range(4)))
    assert [(event.kind, event.count) for event in dora.security_events.all()] == [("wrong_password", 4)]


def test_who_wants_no_mail_gets_no_warning(dora, work, mailoutbox):
    Suppression.objects.add("dora@example.org", Why.REFUSED)
    for _ in range(5):
        sign_in("dora", "wrong password")
    work()
    assert mailoutbox == []


def test_nobody_is_told_at_an_address_that_is_not_confirmed(dora, work, mailoutbox):
    dora.emailaddress_set.update(verified=False)
    for _ in range(5):
        sign_in("dora", "wrong password")
    work()
    assert mailoutbox == []


@pytest.mark.parametrize("login", ["dora", "x\n2026-01-01 WARNING accounts.security: {}", "\u2028\u202edora\x1b[2J"])
def test_a_failed_sign_in_is_one_line_of_json_in_the_log(dora, caplog, login):
    sign_in(login, "wrong password", OTHER_NETWORK)
    sign_in(login, PASSWORD, HERE) if login == "dora" else None
    [record] = [record for record in caplog.records if record.name == "accounts.security"]
    line = logs.formatter("json", {"accounts"}).format(record)
    assert line.isascii()
    assert line.isprintable()
    written = json.loads(line)
    assert re.fullmatch("[0-9a-f]{12}", network := written.pop("network"))
    assert (
        written.items()
        >= {
            "level": "warning",
            "event": "sign_in_failed",
            "reason": "wrong_password",
            "account": dora.pk if login == "dora" else None,
            "browser": "Firefox on Linux",
        }.items()
    )
    assert not [typed for typed in ("dora", login, "wrong password", OTHER_NETWORK) if typed in line]
    sign_in("somebody else", "wrong password", OTHER_NETWORK)
    sign_in("somebody else", "wrong password", HERE)
    networks = [record.network for record in caplog.records if record.name == "accounts.security"]
    assert networks[1] == network != networks[2]


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/signup/"])
def test_who_comes_while_the_site_hashes_as_much_as_it_may_is_told_to_come_back(dora, settings, stranger, path):
    settings.PASSWORD_HASHERS = ["accounts.hashers.CappedPBKDF2Hasher", *settings.PASSWORD_HASHERS]
    for _ in range(hashers.CONCURRENT_HASHES):
        hashers.slots.acquire()
    try:
        answer = send(stranger, path, SIGN_UP | {"login": "nobody", "password": PASSWORD})
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
        assert "Too many people are signing in right now" in answer.content.decode()
        assert "Broadsheet" in stranger.get("/papers").content.decode()
    finally:
        for _ in range(hashers.CONCURRENT_HASHES):
            hashers.slots.release()
    assert send(stranger, path, SIGN_UP | {"login": "nobody", "password": PASSWORD}).status_code in (200, 302)
