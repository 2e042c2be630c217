"""What a refusal is answered with: a page with its message and the status that HTTP has for it."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils.module_loading import import_string

from lib.refusals import BadInput, Busy, Conflict, Gone, NotAllowed, TooMany


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


def test_what_is_gone_without_a_word_is_answered_like_any_address_that_is_not_there(db, stranger):
    answer = answered(stranger, Gone())
    assert "Check the address, or start from one of these pages." in answer.content.decode()
