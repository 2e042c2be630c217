"""The settings pages of access tokens: made by who proves to be the owner, shown once, revoked at once."""

import re
from datetime import timedelta
from functools import partial
from threading import Event

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from api.models import Token
from api.models.token import MOST, Scope
from lib.refusals import BadInput, Conflict, NotAllowed
from papers.people import takeout
from tests.accounts.entrance import (
    browser_of,
    change_password,
    press,
    register,
    reset_password,
    send,
    sign_in,
)
from tests.api.bearer import Program, token_of
from tests.conftest import sign_in as sign_in_as
from tests.factories import UserFactory, appoint
from tests.papers.test_suspended_meanwhile import wait_until_waiting
from tests.race import race

LIST, NEW = "/settings/tokens", "/settings/tokens/new"
FORM = {"name": "Weekly digest", "scopes": ["read", "vote"], "days": "30"}
PATH = "/api/agent-harnesses"


@pytest.fixture
def dora(db):
    cache.clear()  # in which django-allauth counts
    return register("dora")


def text_in(page: str) -> str:
    return re.search(r'<code id="access-token">(hf_\w{36})</code>', page)[1]


def test_the_token_is_shown_once(dora, mailoutbox, django_capture_on_commit_callbacks):
    reader = browser_of("dora")
    with django_capture_on_commit_callbacks(execute=True):
        answer = send(reader, NEW, FORM)
    text = text_in(answer.content.decode())
    assert "no-store" in answer.headers["Cache-Control"]
    assert Program(text).get(PATH).status_code == 200
    page = reader.get(LIST).content.decode()
    assert ("Weekly digest" in page, "read, vote" in page, f"{text[:7]}…" in page) == (True, True, True)
    others = [reader.get(path).content.decode() for path in (LIST, NEW, "/settings/security", "/papers")]
    assert text not in "".join([*others, str(dict(reader.session)), mailoutbox[-1].body])
    assert (mailoutbox[-1].to, "Weekly digest" in mailoutbox[-1].body) == (["dora@example.org"], True)
    assert "Access token made: Weekly digest" in others[2]


def test_the_same_form_again_makes_no_second_token(dora):
    reader = browser_of("dora")
    send(reader, NEW, FORM)
    answer = press(reader, NEW, FORM | {"name": "weekly DIGEST"})
    assert (answer.status_code, Token.objects.count()) == (409, 1)
    assert "already" in answer.content.decode()


def test_a_session_alone_makes_no_token(dora):
    _, reader = sign_in("dora")
    assert send(reader, NEW, FORM).url.startswith("/accounts/reauthenticate/")
    assert not Token.objects.exists()


def test_a_form_without_scopes_is_refused_and_says_so(dora):
    answer = send(browser_of("dora"), NEW, FORM | {"scopes": []})
    assert (answer.status_code, Token.objects.count()) == (400, 0)
    assert "Choose at least one." in answer.content.decode()


def test_the_form_and_the_list_name_the_scopes_as_the_api_does(alice, dora, signed_in):
    form = browser_of("dora").get(NEW).content.decode()
    Token.objects.make(alice, "All", Scope.values)
    assert ", ".join(Scope.values) in signed_in(alice).get(LIST).content.decode()
    for scope in Scope:
        assert f"{scope.label} <code>{scope.value}</code>" in form


@pytest.mark.parametrize("path", ["/settings/security", "/accounts/sessions/", "/accounts/password/change/"])
def test_pages_that_revoke_tokens_say_so(dora, path):
    sign_in("dora")
    page = browser_of("dora").get(path).content.decode().split("<h1")[1]
    assert re.search(r"revoke[sd]?\b", page)
    assert f'href="{LIST}"' in page


@pytest.mark.parametrize(("days", "least"), [("7", 6), ("365", 364), ("", None)])
def test_it_expires_when_the_form_says(dora, days, least):
    send(browser_of("dora"), NEW, FORM | {"days": days})
    expires_at = Token.objects.get().expires_at
    assert expires_at is None if least is None else expires_at > timezone.now() + timedelta(days=least)


def test_a_revoked_token_dies_at_once_and_twice_is_once(dora):
    reader, program = browser_of("dora"), Program(token_of(dora))
    path = f"{LIST}/{Token.objects.get().pk}/revoke"
    for _ in range(2):
        assert press(reader, path, {}).url == LIST
        assert program.get(PATH).status_code == 401
    assert dora.security_events.filter(kind="token_revoked").count() == 1


def test_nobody_sees_or_revokes_the_tokens_of_others(alice, bob, signed_in):
    token_of(alice)
    token, reader = Token.objects.get(), signed_in(bob)
    assert "token 0" not in reader.get(LIST).content.decode()
    reader.act(f"{LIST}/{token.pk}/revoke")
    with pytest.raises(NotAllowed):
        token.revoke(bob)
    assert Token.objects.get() == token


def end_sessions(reader, mailoutbox):
    press(reader, "/settings/security/sign-out", {})


def is_suspended(reader, mailoutbox):
    Token.objects.first().user.suspend(appoint(UserFactory()), "Spam")


@pytest.mark.parametrize("change", [change_password, reset_password, end_sessions, is_suspended])
def test_all_tokens_end_when_access_is_revoked(dora, alice, mailoutbox, django_capture_on_commit_callbacks, change):
    reader, programs, other = browser_of("dora"), [Program(token_of(dora)) for _ in range(2)], Program(token_of(alice))
    with django_capture_on_commit_callbacks(execute=True):
        change(reader, mailoutbox)
    assert [program.get(PATH).status_code for program in programs] == [401, 401]
    assert other.get(PATH).status_code == 200
    assert dora.security_events.get(kind="token_revoked").detail == "token 0, token 1"


def test_a_person_has_at_most_so_many(alice):
    for _ in range(MOST - 1):
        token_of(alice)
    token_of(alice)
    with pytest.raises(Conflict, match="Revoke one first"):
        Token.objects.make(alice, "one more", ["read"])


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_the_last():
    alice = UserFactory()
    for _ in range(MOST - 1):
        token_of(alice)
    outcomes = race(*(lambda name=name: Token.objects.make(alice, name, ["read"]) for name in "abc"))
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 2
    assert Token.objects.count() == MOST


def test_who_proved_a_former_password_makes_no_token(alice):
    changed = type(alice).objects.get(pk=alice.pk)
    changed.set_password("another horse")
    changed.save()
    with pytest.raises(NotAllowed, match="password was changed"):
        Token.objects.make(alice, "late", ["read"])


def race_with(first, second) -> list:
    """What both return: the second begins when the first has written, and the first commits when the second waits."""
    written, waited_for = Event(), Event()

    def hold():
        with transaction.atomic():
            first()
            written.set()
            waited_for.wait(10)

    def follow():
        written.wait(10)
        return second()

    def watch():
        written.wait(10)
        wait_until_waiting(1)
        waited_for.set()

    return race(hold, follow, watch)


@pytest.mark.django_db(transaction=True)
def test_a_token_that_is_being_made_ends_with_all_others():
    alice = UserFactory()
    revoke = partial(Token.objects.revoke_all, alice)
    assert race_with(lambda: Token.objects.make(alice, "late", ["read"]), revoke) == [None, ["late"], None]
    assert not Token.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_ending_all_sessions_and_a_suspension_do_not_wait_for_each_other():
    """Both lock the person first. Otherwise the suspension would wait for the rows of sessions, with the person."""
    alice = UserFactory()
    sign_in_as(Client(), alice)
    written, waited_for = Event(), Event()

    def suspend():
        with transaction.atomic():
            alice.lock()
            written.set()
            waited_for.wait(10)
            alice.end_sessions()

    def end():
        written.wait(10)
        type(alice).objects.get(pk=alice.pk).revoke_access(keep="")

    def watch():
        written.wait(10)
        wait_until_waiting(1)
        waited_for.set()

    assert race(suspend, end, watch) == [None, None, None]


def test_what_no_token_can_be(alice):
    for scopes, expires in ((["admin"], None), ([], None), (["read"], timezone.now())):
        with pytest.raises(BadInput):
            Token.objects.make(alice, "x", scopes, expires)
    row = {"user": alice, "name": "x", "prefix": "hf_", "digest": "0" * 64}
    for wrong in ({"scopes": []}, {"scopes": ["admin"]}, {"scopes": ["read"], "expires_at": "2020-01-01T00:00:00Z"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Token.objects.create(**row | wrong)


def test_the_export_has_names_scopes_and_dates(alice):
    token_of(alice, "read", "keep")
    [row] = takeout.FILES["access_tokens"](alice)
    assert row == {
        "name": "token 0",
        "scopes": ["read", "keep"],
        "created_at": Token.objects.get().created_at,
        "expires_at": None,
        "last_used_at": None,
    }
