"""Submitting: what is typed is kept, what is here already is shown, arXiv is asked once and politely."""

import httpx2
import pytest

from papers.ingest.client import Client
from papers.models import Paper
from papers.views import submit
from tests.factories import PaperFactory

ENTRY = """<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom">
<entry><id>http://arxiv.org/abs/2509.08721v2</id><title>Sharing
  is caring</title><summary>An abstract.</summary><published>2025-09-10T16:14:20Z</published>
<updated>2025-09-11T16:14:20Z</updated><author><name>Ada Lovelace</name></author>
<arxiv:primary_category term="cs.LG"/><category term="cs.LG"/></entry></feed>"""
EMPTY = '<feed xmlns="http://www.w3.org/2005/Atom"></feed>'


@pytest.fixture
def arxiv(monkeypatch):
    """arXiv as it answers on the wire: set `.body` or `.status`; `.asked` holds the addresses."""

    class Arxiv:
        body, status = ENTRY, 200

        def __init__(self):
            self.asked = []

        def answer(self, request):
            self.asked.append(request.url)
            return httpx2.Response(self.status, text=self.body)

    site = Arxiv()
    client = Client(transport=httpx2.MockTransport(site.answer), patience=0.1, sleep=lambda seconds: None)
    monkeypatch.setattr(submit, "_client", lambda: client)
    return site


def test_a_paper_comes_in_and_is_listed_now(arxiv, alice, signed_in, time_machine):
    time_machine.move_to("2025-11-23T10:00Z")
    answer = signed_in(alice).act("/papers/submit", {"arxiv_id": "https://arxiv.org/abs/2509.08721v2"})
    assert answer.url == "/papers/2509.08721"
    paper = Paper.objects.get()
    assert (paper.title, paper.version, paper.submitted_by) == ("Sharing is caring", 2, alice)
    assert paper.listed_on.isoformat() == "2025-11-23"
    assert "Sharing is caring" in signed_in(alice).get("/papers").content.decode()


def test_one_that_is_here_is_shown(arxiv, paper, alice, signed_in):
    assert signed_in(alice).act("/papers/submit", {"arxiv_id": paper.arxiv_id}).url == "/papers/2509.08721"
    assert arxiv.asked == []


@pytest.mark.parametrize(
    ("typed", "body", "status", "words"),
    [
        ("hello", ENTRY, 200, "is not an arXiv id"),
        ("", ENTRY, 200, "This field is required"),
        ("x" * 300, ENTRY, 200, "at most 200 characters"),
        ("2509.08721", EMPTY, 200, "is not known there"),
        ("2509.08721", "no XML", 200, "Nothing was submitted"),
        ("2509.08721", ENTRY, 503, "Nothing was submitted"),
    ],
)
def test_what_cannot_be_submitted_is_explained_and_kept(arxiv, alice, signed_in, typed, body, status, words):
    arxiv.body, arxiv.status = body, status
    answer = signed_in(alice).act("/papers/submit", {"arxiv_id": typed})
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert f'value="{typed}"' in answer.content.decode() or not typed
    assert not Paper.objects.exists()


def test_ten_a_day_are_enough(arxiv, alice, signed_in):
    from django.utils import timezone

    for _ in range(submit.PAPERS_A_DAY):
        PaperFactory(submitted_by=alice, listed_at=timezone.now())
    answer = signed_in(alice).act("/papers/submit", {"arxiv_id": "2509.08721"})
    assert "tomorrow is another day" in answer.content.decode()
    assert arxiv.asked == []


def test_strangers_sign_in_first(stranger):
    assert stranger.get("/papers/submit?arxiv_id=2509.08721").url == (
        "/accounts/login/?next=/papers/submit%3Farxiv_id%3D2509.08721"
    )
