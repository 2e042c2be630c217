"""Reading by keyboard alone: what each key does on a list, and when keys must do nothing."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from papers.models import Bookmark, Comment, CommentVote, DayDone, Dismissed, Vote
from tests.browser.axe import faults
from tests.factories import PaperFactory
from tests.papers.discussion.talk import post

LONG = "A sentence that says what every other sentence of this abstract says. " * 20


@pytest.fixture
def day(transactional_db):
    """A day of 35 papers, titled by their votes: 34, 33 … 0."""
    return [PaperFactory(title=f"Paper {votes}", imported_votes=votes, abstract=LONG) for votes in range(35)]


def press(page: Page, keys: str) -> None:
    for key in keys.split():
        page.keyboard.press(key)


def follow(page: Page, keys: str) -> None:
    """Press keys that lead to another page, and wait until it has loaded, since keys do nothing before that."""
    with page.expect_event("load"):
        press(page, keys)


def title(page: Page, votes: int) -> Locator:
    return page.locator("h2").get_by_role("link", name=f"Paper {votes}", exact=True)


def card(page: Page, votes: int) -> Locator:
    return page.locator(".card").filter(has=page.get_by_role("link", name=f"Paper {votes}", exact=True))


def assert_nothing_is_current(page: Page) -> None:
    expect(page.locator(".card :focus")).to_have_count(0)


def test_a_morning_by_keyboard(visit, alice, day):
    page = visit("/papers", user=alice)
    press(page, "j j")
    expect(title(page, 33)).to_be_focused()
    expect(card(page, 33)).not_to_have_css("box-shadow", "none")
    expect(card(page, 34)).to_have_css("box-shadow", "none")
    press(page, "u s e")
    for name in ("Upvote, 34 so far", "Bookmark"):
        button = card(page, 33).get_by_role("button", name=name, exact=True)
        expect(button).to_have_attribute("aria-pressed", "true")
    expect(card(page, 33).get_by_text("Show less", exact=True)).to_be_visible()
    expect(title(page, 33)).to_be_focused()
    assert (Vote.objects.get().paper, Bookmark.objects.get().paper) == (day[33], day[33])
    card(page, 33).get_by_role("button", name="Bookmark").press("Enter")
    expect(card(page, 33).get_by_role("button", name="Bookmark")).to_have_attribute("aria-pressed", "false")
    expect(card(page, 33).get_by_role("button", name="Bookmark")).to_be_focused()
    follow(page, "j k k Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Paper 34")
    press(page, "u")
    expect(page.get_by_role("button", name="Upvote, 35 so far")).to_have_attribute("aria-pressed", "true")
    page.go_back()
    expect(title(page, 34)).to_be_visible()
    press(page, "j")
    expect(page.locator(".card h2 a:focus")).to_be_in_viewport()
    follow(page, "c")
    expect(page).to_have_url(re.compile(r"/papers/[\d.]+#comments$"))
    follow(page, "g t")
    expect(page.get_by_role("heading", level=1)).to_have_text("Trending")
    follow(page, "g u j o")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^Paper"))
    follow(page, "g f")
    expect(page).to_have_url(re.compile("/papers/following$"))
    assert Vote.objects.count() == 2


def test_older_papers_are_reached(visit, day):
    page = visit("/papers")
    for votes in range(34, -1, -1):
        expect(title(page, votes)).to_be_attached()
        press(page, "j")
        expect(title(page, votes)).to_be_focused()
    press(page, "j")
    expect(title(page, 0)).to_be_focused()
    expect(card(page, 0)).to_be_in_viewport(ratio=1)
    press(page, "u")
    expect(page).to_have_url(re.compile("/accounts/login/"))


def test_a_card_that_goes_leaves_the_focus_to_the_next(visit, day):
    page = visit("/papers")
    remove = "htmx.ajax('GET', '/about/keys', {target: document.activeElement.closest('li'), swap: 'delete'})"
    press(page, "j j")
    page.evaluate(remove)
    expect(title(page, 33)).to_have_count(0)
    expect(title(page, 32)).to_be_focused()
    press(page, "k")
    expect(title(page, 34)).to_be_focused()


def test_comments_are_walked_and_answered(visit, paper, alice, bob):
    first = post(bob, paper, "It trains.")
    answer = post(bob, paper, "Faster on two machines.", first)
    page = visit("/papers/2509.08721", user=alice)
    comments = [page.locator(f"#comment-{comment.pk}") for comment in (first, answer)]
    press(page, "r n")
    expect(comments[0]).to_be_focused()
    press(page, "n u")
    expect(comments[1].get_by_role("button", name="Upvote, 1 so far")).to_have_attribute("aria-pressed", "true")
    expect(comments[1]).to_be_focused()
    press(page, "p s")
    expect(comments[0]).to_be_focused()
    expect(page.get_by_role("button", name="Bookmark")).to_have_attribute("aria-pressed", "true")
    press(page, "r")
    box = page.locator(f"#reply-{first.pk} textarea")
    expect(box).to_be_focused()
    press(page, "n u")
    expect(box).to_have_value("nu")
    assert CommentVote.objects.get().comment == answer
    assert not Vote.objects.exists()


def test_typing_and_modifiers_are_left_alone(visit, alice, day):
    page = visit("/papers", user=alice)
    press(page, "Control+j Alt+j Meta+j J")
    assert_nothing_is_current(page)
    press(page, "u s e o c")
    press(page, "/ j u ?")
    find = page.get_by_role("searchbox", name="Find papers")
    expect(find).to_be_focused()
    expect(find).to_have_value("ju?")
    expect(page.locator("dialog")).to_have_count(0)
    assert not Vote.objects.exists()


def test_the_help_sheet(visit, alice, day):
    page = visit("/papers", user=alice)
    press(page, "j ?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(sheet.get_by_role("row", name="s Bookmark, or remove the bookmark")).to_be_visible()
    assert faults(page) == []
    press(page, "j u g t Escape")
    expect(sheet).to_have_count(0)
    expect(title(page, 34)).to_be_focused()
    press(page, "?")
    sheet.get_by_role("button", name="Close").click()
    press(page, "j")
    expect(title(page, 33)).to_be_focused()
    assert not Vote.objects.exists()


def test_shortcuts_are_turned_off_and_on(visit, day):
    page = visit("/papers")
    press(page, "?")
    switch = page.get_by_label("Use shortcuts in this browser")
    switch.uncheck()
    press(page, "Escape")
    for _ in range(2):
        press(page, "j ? /")
        expect(page.locator("body")).to_be_focused()
        page.reload()
    page.get_by_role("link", name="Keyboard shortcuts").click()
    expect(page).to_have_url(re.compile("/about/keys$"))
    expect(switch).not_to_be_checked()
    switch.check()
    page.goto("/papers")
    press(page, "j")
    expect(title(page, 34)).to_be_focused()


def test_the_help_page_needs_no_script(visit, day):
    page = visit("/papers", javascript=False)
    page.get_by_role("link", name="Keyboard shortcuts").click()
    expect(page.get_by_role("row", name="j k Next, previous paper")).to_be_visible()
    expect(page.get_by_role("checkbox")).to_have_count(0)
    expect(page.get_by_role("button", name="Close")).to_have_count(0)


def tab_to(page: Page, name: str) -> None:
    """Presses Tab until the button or link with this name has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == name:
            return
    raise AssertionError(name)


def test_a_whole_morning_with_the_keyboard_alone(visit, alice, day):
    page = visit("/papers", user=alice)
    for read in range(5):
        page.keyboard.press("j")
        if read:
            press(page, "j " * read)
        expect(title(page, 34 - read)).to_be_focused()
        press(page, "e u" if read < 2 else "e s" if read == 2 else "e")
        if read < 3:
            bit = card(page, 34 - read).locator("[aria-pressed=true]")
            expect(bit).to_have_count(1)
        follow(page, "Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text(f"Paper {34 - read}")
        expect(page.get_by_role("button", name=re.compile("^Seen"))).to_be_visible()
        if read < 4:
            follow(page, "g d")
            expect(page.locator(".card")).to_have_count(30)
    tab_to(page, "Report a reproduction")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.type("A question about the second table.")
    tab_to(page, "Post")
    page.keyboard.press("Enter")
    expect(page.locator("li.comment")).to_be_focused()
    follow(page, "g d")
    expect(page.locator(".card")).to_have_count(30)
    press(page, "j j j x")
    expect(card(page, 32).get_by_role("button", name="Undo")).to_be_focused()
    press(page, "x j")
    expect(title(page, 31)).to_be_focused()
    press(page, "x")
    expect(card(page, 31).get_by_role("button", name="Undo")).to_be_focused()
    press(page, "k")
    expect(title(page, 33)).to_be_focused()
    page.reload()
    expect(card(page, 32)).to_have_count(0)
    tab_to(page, "Mark day done")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Done.")).to_be_visible()
    assert (Vote.objects.count(), Bookmark.objects.count(), Dismissed.objects.count()) == (2, 1, 2)
    assert (Comment.objects.get().author, DayDone.objects.get().user) == (alice, alice)
