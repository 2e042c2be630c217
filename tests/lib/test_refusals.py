"""What a refusal is answered with: a page with its message and the status that HTTP has for it."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import path
from django.utils.module_loading import import_string

from lib.refusals import BadInput, Busy, Conflict, Gone, NotAllowed, TooMany
from tests.conftest import Reader


class Moved(Conflict):
    """A kind of conflict."""


def answered(reader, refusal):
    """The response of the site's middleware to a view that raises this."""
    middleware = import_string(next(path for path in settings.MIDDLEWARE if path.endswith("RefusalMiddleware")))
    return middleware(None).process_exception(reader.get("/papers/about/search").wsgi_request, refusal)


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (BadInput("Say why."), 400),
        (NotAllowed("Say why."), 403),
        (Gone("Say why."), 404),
        (Conflict("Say why."), 409),
        (Moved("Say why."), 409),
        (TooMany("Say why.", timedelta(seconds=90)), 429),
        (Busy("Say why."), 503),
    ],
)
def test_each_refusal_has_its_status_and_says_why(db, stranger, refusal, status):
    answer = answered(stranger, refusal)
    assert answer.status_code == status
    assert re.search(r'<p class="lead">\s*Say why\.\s*</p>', answer.content.decode())
    assert answer.headers.get("Retry-After") == {429: "90", 503: "10"}.get(status)


def refusals(caplog) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "lib.http"]


def test_who_may_not_is_in_the_log_by_their_id(lab, bob, carol, signed_in, stranger, caplog):
    signed_in(carol).act("/orgs/lab/invite", {"invited": "bob", "role": "member"})
    stranger.get("/orgs/lab/members")
    assert refusals(caplog) == [f"Refused orgs:invite to person {carol.pk}: NotAllowed"]


def test_who_does_something_too_often_is_in_the_log_by_their_id(alice, signed_in, caplog):
    reader = signed_in(alice)
    while reader.act("/markdown?of=text", {"text": "x"}).status_code == 200:
        assert not refusals(caplog)
    assert refusals(caplog) == [f"Refused accounts:markdown to person {alice.pk}: TooMany"]


def test_a_form_without_a_token_is_in_the_log(alice, signed_in, caplog):
    assert signed_in(alice).post("/settings/profile", {"name": "Mallory"}).status_code == 403
    assert refusals(caplog) == [f"Refused accounts:profile to person {alice.pk}: NotAllowed"]


def test_what_is_gone_without_a_word_is_answered_like_any_address_that_is_not_there(db, stranger):
    answer = answered(stranger, Gone())
    assert "Check the address, or start from one of these pages." in answer.content.decode()


def fail(request):
    raise RuntimeError("password=swordfish")


urlpatterns = [path("fails", fail), *import_string("config.urls.urlpatterns")]


@pytest.mark.urls(__name__)
def test_an_error_of_ours_is_logged_and_shows_nothing_of_itself(alice, signed_in, caplog):
    for reader in (Reader(), signed_in(alice)):
        reader.raise_request_exception = False
        answer = reader.get("/fails")
        assert (answer.status_code, "Broadsheet" in answer.content.decode()) == (500, True)
        assert not any(word in answer.content.decode() for word in ("swordfish", "RuntimeError", "Traceback"))
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert "swordfish" in caplog.text
        caplog.clear()
