"""Whom a token stands for, and that nothing else does."""

import json
import logging
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.moderators import demand_moderator, demand_superuser
from api import rates
from api.access import Access
from api.models import Scope, Token
from lib.refusals import NotAllowed
from papers.models import Bookmark
from tests.api.bearer import Program, token_of
from tests.factories import PaperFactory, UserFactory, appoint

PATH = "/api/agent-harnesses"


def made_by(rf, text: str, access: Access | None = None):
    """The request with this token, after Access has looked at it."""
    request = rf.get(PATH, headers={"authorization": f"Bearer {text}"})
    (access or Access())(request)
    return request


def refused(text: str) -> str:
    """Returns what a program with this token is answered; that it is not let in."""
    answer = Program(text).get(PATH)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    return answer.json()["error"]


def test_a_token_stands_for_its_person(alice, rf):
    assert made_by(rf, token_of(alice)).user == alice
    assert Program(token_of(alice)).get(PATH).json() == {"standardEnvVars": [], "harnesses": {}}


def test_any_other_token_is_refused(alice):
    text = token_of(alice)
    for wrong in (text[:-1], f"{text}x", text.lower(), "hf_", Token.objects.get().digest, "hf_ünknown"):
        assert "does not exist here" in refused(wrong)


@pytest.mark.parametrize("header", ["", "Bearer", "Basic YWxpY2U6cGFzcw==", "hf_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"])
def test_a_header_without_a_token_is_refused(db, header):
    assert Client(headers={"authorization": header}).get(PATH).status_code == 401


def test_a_token_in_the_address_or_a_form_is_none(alice, rf):
    text = token_of(alice)
    request = rf.post(f"{PATH}?token={text}&access_token={text}", {"access_token": text})
    Access()(request)
    assert request.user.is_anonymous


def test_an_expired_token_is_refused_with_its_date(alice):
    text = Token.objects.make(alice, "short", ["read"], timezone.now() + timedelta(days=1))[1]
    Token.objects.update(created_at="2025-12-01T00:00:00Z", expires_at="2026-01-02T03:04:05Z")
    assert refused(text) == "This access token expired on Friday, 2 January 2026."


def test_the_token_of_a_deactivated_account_is_refused(alice):
    text = token_of(alice)
    alice.is_active = False
    alice.save()
    assert "not active" in refused(text)


def test_a_suspension_revokes_for_good(alice):
    text, moderator = token_of(alice), appoint(UserFactory())
    alice.suspend(moderator, "Spam")
    assert "revoked" in refused(text)
    alice.reinstate(moderator)
    assert "revoked" in refused(text)


def test_a_deleted_account_leaves_no_token(alice):
    text = token_of(alice)
    alice.leave()
    assert "revoked" in refused(text)
    assert not Token.objects.exists()


@pytest.mark.parametrize("scope", Scope.values)
def test_a_scope_is_demanded_by_name(alice, rf, scope):
    others = [other for other in Scope.values if other != scope]
    with pytest.raises(NotAllowed, match=f"lacks the scope “{scope}”"):
        made_by(rf, token_of(alice, *others), Access(scope, is_required=True))
    assert made_by(rf, token_of(alice, scope), Access(scope)).user == alice


def test_a_token_without_the_scope_read_reads_what_strangers_do(alice):
    Bookmark.objects.make(alice, PaperFactory(arxiv_id="2509.08721"))
    path, voter = "/api/papers/2509.08721", Program(token_of(alice, "vote"))
    answer = voter.get(path)
    assert (answer.status_code, answer.json()) == (200, Program().get(path).json())
    assert Program(token_of(alice)).get(path).json()["bookmarked"] is True
    assert f"q={rates.OF_PERSON.amount:d};" in answer.headers["RateLimit-Policy"]
    assert Token.objects.get(scopes=["vote"]).last_used_at
    assert voter.get("/api/bookmarks").status_code == 403


def test_a_moderator_with_a_token_is_a_member(db, rf):
    moderator = appoint(UserFactory(), is_superuser=True)
    demand_moderator(moderator)
    user = made_by(rf, token_of(moderator)).user
    user.lock()  # which reads anew what the account is
    assert (moderator.is_moderator, user.is_moderator) == (True, False)
    for demand in (demand_moderator, demand_superuser):
        with pytest.raises(NotAllowed):
            demand(user)


def test_a_token_costs_one_statement_besides_its_count_and_its_use_is_noted_once_an_hour(alice, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    program = Program(token_of(alice))
    used = []
    for minutes, number in ((0, 3), (59, 2), (2, 3)):
        time_machine.shift(timedelta(minutes=minutes))
        with CaptureQueriesContext(connection) as made:
            program.get(PATH)
        assert len(made) == number
        used.append(Token.objects.get().last_used_at)
    assert (used[0], used[0] == used[1]) == (timezone.now() - timedelta(minutes=61), True)
    assert used[2] == timezone.now()


def test_no_log_and_no_error_contains_the_token(alice, caplog):
    caplog.set_level(logging.DEBUG)
    text = token_of(alice, "vote")
    answers = [Program(text).get(PATH), Program(f"{text}x").get(PATH), Program(text).get("/api/no-such-thing")]
    assert [answer.status_code for answer in answers] == [200, 401, 404]
    written = caplog.text + "".join(f"{answer.content}{answer.headers}" for answer in answers)
    assert text not in written


def test_the_database_does_not_contain_the_token(alice):
    text = token_of(alice)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(token)::text FROM api_token token")
        [[row]] = cursor.fetchall()
    assert (json.loads(row)["prefix"], text[7:] in row) == (text[:7], False)
