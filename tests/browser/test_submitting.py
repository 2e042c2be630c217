"""Submitting a paper: its page follows by itself what the worker does, with and without JavaScript."""

import re

from django.utils import timezone
from playwright.sync_api import expect

from papers.ingest import submitting
from papers.ingest.submitting import Additions
from papers.models import Submission
from tests.browser.pauses import shorten_pauses
from tests.factories import NOON, RECORD, SubmissionFactory, UserFactory
from tests.orgs.conftest import confirm


def test_from_the_form_to_the_paper(visit, transactional_db, javascript):
    person = UserFactory(date_joined=timezone.now())
    page = visit("/papers/submit", user=person, javascript=javascript, expecting=["400"])
    shorten_pauses(page, "/papers/submit/")
    page.get_by_label("arXiv id or address").fill("2509.08721")
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("heading", name="Submitting 2509.08721")).to_be_visible()
    Submission.objects.get().postpone("arXiv could not be reached at 12:00 UTC.", NOON.replace(year=2100))
    expect(page.get_by_text("The site retries for up to half an hour")).to_be_visible()
    Submission.objects.get().store(RECORD.as_json())
    expect(page.get_by_role("heading", name="Is this the paper?")).to_be_visible()
    expect(page.get_by_text("It is too old for a day’s list.")).to_be_visible()
    page.get_by_label("Code").fill("github.com/example/sharing")
    page.get_by_label("First comment").fill("https://example.org/a and https://example.org/b and https://example.org/c")
    page.get_by_role("button", name="Add this paper").click()
    expect(page.get_by_text("an account may post 2 links in a comment")).to_be_visible()
    expect(page.get_by_label("Code")).to_have_value("github.com/example/sharing")
    page.get_by_label("First comment").fill("Read the **appendix**.")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("region", name="Preview").get_by_text("appendix")).to_be_visible()
    page.get_by_role("button", name="Add this paper").click()
    expect(page).to_have_url(re.compile("/papers/2509.08721$"))
    expect(page.get_by_text("Thank you. The paper is on the site and in its search.")).to_be_visible()
    expect(page.get_by_role("link", name="Code")).to_have_attribute("href", "https://github.com/example/sharing")
    expect(page.get_by_text("Read the appendix.")).to_be_visible()


def test_of_two_at_once_the_second_is_led_to_the_paper(visit, transactional_db, javascript):
    first, second = confirm(UserFactory()), confirm(UserFactory())
    looks = [SubmissionFactory(user=person, state="fetched") for person in (first, second)]
    page = visit(looks[1].get_absolute_url(), user=second, javascript=javascript)
    submitting.list_paper(first, looks[0], Additions())
    page.get_by_role("button", name="Add this paper").click()
    expect(page).to_have_url(re.compile("/papers/2509.08721$"))
    expect(page.get_by_text("Another reader has submitted this paper first.")).to_be_visible()


def test_what_fails_says_so_and_can_be_tried_again(visit, transactional_db, javascript):
    page = visit("/papers/submit?arxiv_id=2509.08721", user=confirm(UserFactory()), javascript=javascript)
    shorten_pauses(page, "/papers/submit/")
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("heading", name="Submitting 2509.08721")).to_be_visible()
    Submission.objects.get().fail("arXiv has no paper with the id 2509.08721.")
    expect(page.get_by_text("arXiv has no paper with the id")).to_be_visible()
    expect(page).to_have_title(re.compile("^2509.08721 was not listed"))
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="Submitting 2509.08721")).to_be_visible()
    assert Submission.objects.filter(state="waiting").count() == 1
