"""Submitting a paper: its page follows by itself what the worker does, with and without JavaScript."""

import re

from playwright.sync_api import Page, Route, expect

from papers.ingest import submitting
from papers.ingest.record import PaperRecord
from papers.models import Submission
from tests.factories import NOON, UserFactory

RECORD = PaperRecord("2509.08721", "Sharing is caring", NOON)

PAUSES = {'http-equiv="refresh" content="5"': 'http-equiv="refresh" content="1"', "every 2s": "every 200ms"}


def shorten_pauses(page: Page) -> None:
    """Makes the pages of submissions reload themselves five or ten times as often as the site has it."""

    def shorten(route: Route) -> None:
        response = route.fetch(max_redirects=0)
        body = response.text()
        for long, short in PAUSES.items():
            body = body.replace(long, short)
        route.fulfill(response=response, body=body)

    page.route(re.compile("/papers/submit/"), shorten)


def test_from_the_form_to_the_paper(visit, transactional_db, javascript):
    page = visit("/papers/submit", user=UserFactory(), javascript=javascript)
    shorten_pauses(page)
    page.get_by_label("arXiv id or address").fill("2509.08721")
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("heading", name="Submitting 2509.08721")).to_be_visible()
    Submission.objects.get().postpone("arXiv could not be reached at 12:00 UTC.", NOON.replace(year=2100))
    expect(page.get_by_text("The site retries for up to half an hour")).to_be_visible()
    submitting.list_paper(RECORD)
    expect(page).to_have_url(re.compile("/papers/2509.08721$"))
    expect(page.get_by_role("heading", name="Sharing is caring")).to_be_visible()


def test_what_fails_says_so_and_can_be_tried_again(visit, transactional_db, javascript):
    page = visit("/papers/submit?arxiv_id=2509.08721", user=UserFactory(), javascript=javascript)
    shorten_pauses(page)
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("heading", name="Submitting 2509.08721")).to_be_visible()
    Submission.objects.get().fail("arXiv has no paper with the id 2509.08721.")
    expect(page.get_by_text("arXiv has no paper with the id")).to_be_visible()
    expect(page).to_have_title(re.compile("^2509.08721 was not listed"))
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="Submitting 2509.08721")).to_be_visible()
    assert Submission.objects.filter(state="waiting").count() == 1
