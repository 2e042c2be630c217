"""From a flag to a decision and its answer, with the keyboard alone, with JavaScript and without."""

import re

import pytest
from playwright.sync_api import Page, expect

from moderation.models import Action, Case
from papers.models import Comment
from tests.browser.axe import faults
from tests.factories import PaperFactory, UserFactory, appoint
from tests.papers.discussion.talk import post


@pytest.fixture
def comment(transactional_db):
    paper = PaperFactory(arxiv_id="2509.08721", title="Sharing is caring")
    return post(UserFactory(username="ada", name="Ada Lovelace"), paper, "Buy my course.")


def to(page: Page, locator) -> None:
    """Move the focus forward with Tab until it is on this element."""
    for _ in range(120):
        if locator.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"The focus does not come to {locator}")


def press(page: Page, locator) -> None:
    """Move the focus there, and press Enter."""
    to(page, locator)
    page.keyboard.press("Enter")


def test_a_comment_is_flagged_hidden_and_restored_by_keys_alone(visit, javascript, comment):
    page = visit("/papers/2509.08721", user=UserFactory(name="Rita Reader"), javascript=javascript)
    press(page, page.locator("li.comment").get_by_role("link", name="Flag"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Flag for moderators")
    page.get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("An advertisement.")
    press(page, page.get_by_role("button", name="Send"))
    expect(page.get_by_text("Moderators will look at it.")).to_be_visible()

    page = visit("/papers", user=appoint(UserFactory(username="mo", name="Mo Moss")), javascript=javascript)
    page.goto("/moderation")
    expect(page.get_by_text("An advertisement.")).to_be_visible()
    press(page, page.get_by_role("link", name="A comment on “Sharing is caring”"))
    expect(page.get_by_text("Buy my course.")).to_be_visible()
    press(page, page.locator("summary", has_text="Hide comment"))
    assert not javascript or faults(page) == []
    page.keyboard.press("Tab")
    page.keyboard.type("Advertising.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("You hid a comment")).to_be_visible()
    expect(page.get_by_text("No open cases.")).to_be_visible()
    assert not Case.objects.open().exists()
    assert Comment.objects.get().hidden_reason == "Advertising."

    action = Action.objects.get()
    page.goto(f"/moderation/comment/{comment.pk}")
    press(page, page.locator("summary", has_text="Undo"))
    page.keyboard.press("Tab")
    page.keyboard.type("It is none.")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Undone by Mo Moss")).to_be_visible()
    assert Comment.objects.get().hidden_at is None
    page.goto("/moderation/log")
    expect(page.get_by_text("It is none.")).to_be_visible()
    assert not javascript or faults(page) == []
    press(page, page.get_by_role("link", name=f"Link to decision {action.pk}"))
    expect(page).to_have_url(re.compile(f"/moderation/log/{action.pk}$"))
