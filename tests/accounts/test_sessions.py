"""Who is signed in is what Django's own session store and middleware say, for every kind of session."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import auth
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.sessions import SessionStore, SessionUserMiddleware
from tests.accounts.entrance import PASSWORD, add_app, code, is_signed_in, register, send, sign_in
from tests.factories import NotificationFactory

LINKS = [{"label": "Homepage", "url": "https://example.org"}]


def _changed(**changes):
    return lambda key, dora: User.objects.filter(pk=dora.pk).update(**changes)


def _row(**changes):
    return lambda key, dora: Session.objects.filter(pk=key).update(**changes)


def _data(**changes):
    """The session with other data; those that are None are taken out."""

    def change(key, dora):
        session = db.SessionStore(key)
        session.update(changes)
        for name in [name for name, value in changes.items() if value is None]:
            del session[name]
        session.save()

    return change


def _of_another_person(key, dora):
    UserSession.objects.filter(session_key=key).update(user=register("eve"))


def _with_new_password(key, dora):
    dora.set_password("another password")
    dora.save()


KINDS = {
    # what happens to the session of dora, and whether she is signed in afterwards
    "nothing": (lambda key, dora: None, True),
    "data of her own": (_data(second_factor=3, _session_expiry=100), True),
    "never recorded by allauth": (lambda key, dora: UserSession.objects.all().delete(), True),
    "recorded as another person's": (_of_another_person, True),
    "changed profile": (_changed(name="Dora Diaz", links=LINKS, about="é", last_login=None), True),
    "old secret": (_data(_auth_user_hash="made with the old secret"), True),
    "expired": (_row(expire_date=timezone.now() - timedelta(seconds=1)), False),
    "tampered with": (_row(session_data="eyJfYXV0aF91c2VyX2lkIjoiMSJ9:1u:forged"), False),
    "empty data": (_row(session_data=""), False),
    "new password": (_with_new_password, False),
    "inactive": (_changed(is_active=False), False),
    "deleted account": (lambda key, dora: dora.delete(), False),
    "logged out elsewhere": (lambda key, dora: dora.end_sessions(), False),
    "removed backend": (_data(_auth_user_backend="accounts.backends.Removed"), False),
    "without a backend": (_data(_auth_user_backend=None), False),
    "without a hash": (_data(_auth_user_hash=None), False),
    "wrong hash": (_data(_auth_user_hash="0" * 64), False),
    "not signed in": (_data(_auth_user_id=None), False),
    "of a missing account": (_data(_auth_user_id="9000001"), False),
}


@pytest.fixture
def key(dora):
    """The key of a session in which Dora signed in through the form."""
    return sign_in("dora")[1].session.session_key


def outcome(key: str, store: type, get_user) -> dict:
    """What a request with this key gets and leaves behind, which is taken back."""
    with transaction.atomic():
        request = SimpleNamespace(session=store(key), COOKIES={})
        user = get_user(request)
        session = request.session
        found = {
            "person": {field.attname: getattr(user, field.attname) for field in User._meta.concrete_fields}
            if user.is_authenticated
            else None,
            "kept": (user.pk and not user.get_deferred_fields(), user._state.db if user.pk else None),
            "data": dict(session.items()),
            "same key": session.session_key == key,
            "any key": bool(session.session_key),
            "modified": session.modified,
            "stored": (Session.objects.filter(pk=key).exists(), Session.objects.count()),
        }
        transaction.set_rollback(True)
    return found


def ours(request):
    SessionUserMiddleware(lambda request: HttpResponse()).process_request(request)
    return request.user


@pytest.mark.parametrize("kind", KINDS)
def test_a_session_is_to_us_what_it_is_to_django(dora, key, kind):
    change, is_accepted = KINDS[kind]
    with override_settings(SECRET_KEY_FALLBACKS=["old"]):
        if kind == "old secret":
            with override_settings(SECRET_KEY="old"):
                old = dora.get_session_auth_hash()
            _data(_auth_user_hash=old)(key, dora)
        else:
            change(key, dora)
        expected = outcome(key, db.SessionStore, auth.get_user)
        assert outcome(key, SessionStore, ours) == expected
    assert (expected["person"] is not None) is is_accepted


@pytest.mark.parametrize("unknown", [None, "", "short", "no-such-key-" + "x" * 20, "é" * 40, "x" * 4_000])
def test_an_unknown_key_is_nobody(dora, key, unknown):
    assert outcome(unknown, SessionStore, ours) == outcome(unknown, db.SessionStore, auth.get_user)


def test_one_statement_reads_session_person_and_bell(dora, key):
    NotificationFactory(user=dora)
    with CaptureQueriesContext(connection) as statements:
        user = ours(SimpleNamespace(session=SessionStore(key)))
        assert (user.username, user.unread_count) == ("dora", 1)
    assert len(statements) == 1
    request = SimpleNamespace(session=SessionStore())
    with CaptureQueriesContext(connection) as statements:
        assert ours(request) == AnonymousUser()
    assert len(statements) == 0


@pytest.mark.parametrize("path", ["/accounts/reauthenticate/", "/accounts/2fa/reauthenticate/"])
def test_a_proof_of_who_one_is_gives_the_session_another_key(dora, path):
    _, reader = sign_in("dora")
    former = reader.session.session_key
    proof = {"code": code(add_app(dora))} if "2fa" in path else {"password": PASSWORD}
    send(reader, path, proof)
    assert is_signed_in(reader)
    assert [row.session_key for row in UserSession.objects.all()] == [reader.session.session_key] != [former]
    reader.cookies[settings.SESSION_COOKIE_NAME] = former
    assert not is_signed_in(reader)


def test_a_wrong_password_leaves_the_key(dora):
    _, reader = sign_in("dora")
    former = reader.session.session_key
    send(reader, "/accounts/reauthenticate/", {"password": "wrong password"})
    assert reader.session.session_key == former


def test_a_session_ends_two_weeks_after_the_last_proof_however_it_is_used(dora, time_machine):
    _, reader = sign_in("dora")
    start = timezone.now()
    time_machine.move_to(start + timedelta(days=13))
    assert is_signed_in(reader)
    answer = send(reader, "/accounts/email/", {"email": "thief@example.org", "action_add": ""})
    assert answer.url.startswith("/accounts/reauthenticate/")  # which writes into the session
    time_machine.move_to(start + timedelta(days=14, minutes=1))
    assert not is_signed_in(reader)


def test_the_browser_forgets_its_pages_when_a_session_ends(dora):
    _, here = sign_in("dora")
    _, other = sign_in("dora")
    assert "Clear-Site-Data" not in here.get("/papers").headers
    assert send(here, "/accounts/logout/", {}).headers["Clear-Site-Data"] == '"cache"'
    dora.end_sessions()
    assert other.get("/papers").headers["Clear-Site-Data"] == '"cache"'


def test_a_browser_that_signs_out_or_in_is_the_person_who_did(dora):
    register("eve")
    _, reader = sign_in("dora")
    assert is_signed_in(reader)
    other = sign_in("dora")[1]
    reader.act("/accounts/logout/")
    assert (is_signed_in(reader), is_signed_in(other)) == (False, True)
    page = reader.act("/accounts/login/", {"login": "eve", "password": PASSWORD}, follow=True).content.decode()
    assert 'href="/people/eve"' in page
    assert "dora" not in page
