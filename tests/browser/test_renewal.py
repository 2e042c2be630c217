"""What a page shows of what its reader did meanwhile: on itself, on one that is gone back to, and after sign-in."""

import re

import pytest
from playwright.sync_api import Page, expect

from papers.models import PaperFollow, Seen, Vote
from tests.browser.entrance import give_password, sign_in
from tests.factories import PaperFactory, UserFactory


@pytest.fixture
def day(transactional_db):
    """A day of 35 papers, titled by their votes, by these. Between equals, the one with fewer stands first."""
    return {votes: PaperFactory(title=f"Paper {votes}", imported_votes=votes) for votes in reversed(range(35))}


def comment(page: Page, text: str) -> None:
    page.get_by_label("Comment", exact=True).fill(text)
    page.get_by_role("button", name="Post").click()


def test_a_paper_says_where_it_stands_after_a_vote_and_a_comment(visit, alice, day):
    page = visit(day[33].path, user=alice)
    expect(page.get_by_text("Number 2 of 35")).to_be_visible()
    page.get_by_text("Trending score").click()
    page.locator(".vote").click()
    expect(page.get_by_text("Number 1 of 35")).to_be_visible()
    comment(page, "Well put.")
    for name in ("People who commented here 1", "Upvotes 34"):
        expect(page.get_by_role("row", name=name)).to_be_visible()
    expect(page.get_by_role("link", name="1 comment")).to_be_visible()
    expect(page.get_by_role("heading", name="1 comment")).to_be_visible()


def test_a_vote_does_not_mark_as_seen_what_was_unmarked(visit, alice, paper):
    page = visit(paper.path, user=alice)
    seen = page.locator(f"#seen-{paper.pk}")
    expect(seen).to_have_text(re.compile("^\\s*Seen"))
    seen.click()
    expect(seen).to_have_text("Mark as seen")
    with page.expect_response(lambda response: response.request.resource_type == "fetch"):
        page.locator(".vote").click()
    expect(page.locator("#weight")).to_contain_text("Upvotes1")
    expect(seen).to_have_text("Mark as seen")
    assert not Seen.objects.exists()


def test_a_button_that_waits_for_its_answer_is_left_to_the_answer(visit, alice, day):
    page, held = visit(day[33].path, user=alice), []

    def hold(route):
        held.append(route)

    page.route("**/bookmark", hold)
    bookmark = page.get_by_role("button", name="Bookmark")
    bookmark.click()
    with page.expect_response(lambda response: response.request.resource_type == "fetch"):
        page.locator(".vote").click()
    expect(page.get_by_text("Number 1 of 35")).to_be_visible()
    held[0].continue_()
    expect(bookmark).to_have_attribute("aria-pressed", "true")


def test_going_back_shows_what_was_done(visit, alice, day):
    page = visit("/papers", user=alice)
    page.get_by_role("link", name="Paper 20", exact=True).click()
    expect(page.get_by_role("button", name=re.compile("^Seen"))).to_be_visible()
    page.locator(".vote").click()
    page.get_by_role("button", name="Bookmark").click()
    expect(page.get_by_role("button", name="Bookmark")).to_have_attribute("aria-pressed", "true")
    comment(page, "Well put.")
    expect(page.locator("li.comment")).to_be_focused()
    page.go_back()
    card = page.locator(".card").filter(has=page.get_by_role("link", name="Paper 20", exact=True))
    expect(card.get_by_role("button", name="Upvote, 21 so far")).to_have_attribute("aria-pressed", "true")
    expect(card.get_by_role("button", name="Bookmark")).to_have_attribute("aria-pressed", "true")
    expect(card.get_by_role("link", name="1 comment")).to_be_visible()
    expect(card.get_by_role("link", name="Paper 20")).to_have_attribute("data-seen", "")
    card.get_by_role("button", name="Upvote").click()
    expect(card.get_by_role("button", name="Upvote, 20 so far")).to_have_attribute("aria-pressed", "false")


def test_a_page_that_the_browser_kept_alive_shows_what_was_done(visit, alice, day):
    page = visit("/papers", user=alice)
    page.get_by_role("link", name="Older papers").scroll_into_view_if_needed()
    vote = page.locator(f"#vote-{day[2].pk}")
    vote.focus()
    other = page.context.new_page()
    other.goto(day[2].path)
    other.locator(".vote").click()
    expect(other.locator(".vote")).to_have_attribute("aria-pressed", "true")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    expect(vote).to_have_attribute("aria-pressed", "true")
    expect(vote).to_be_focused()


def test_a_vote_far_down_for_which_one_signs_in_is_cast_on_the_papers_page(visit, day):
    dora = give_password(UserFactory(username="dora"))
    page = visit("/papers")
    page.get_by_role("link", name="Older papers").scroll_into_view_if_needed()
    page.locator(f"#vote-{day[2].pk}").click()
    sign_in(page, "dora")
    expect(page).to_have_url(re.compile(f"{day[2].path}$"))
    expect(page.get_by_role("button", name="Upvote, 3 so far")).to_have_attribute("aria-pressed", "true")
    assert Vote.objects.get() == Vote(user=dora, paper=day[2])


@pytest.mark.parametrize(("minutes", "is_cast"), [(9, True), (11, False)])
def test_a_vote_for_which_one_signs_in_is_cast_once_and_within_ten_minutes(visit, paper, minutes, is_cast):
    dora = give_password(UserFactory(username="dora"))
    page = visit("/papers")
    page.clock.install()
    vote = page.get_by_role("button", name="Upvote")
    vote.click()
    expect(page.get_by_text(f"Sign in to upvote “{paper.title}”")).to_be_visible()
    page.clock.fast_forward(minutes * 60_000)
    sign_in(page, "dora")
    expect(page.get_by_role("button", name="Account of dora")).to_be_visible()
    expect(vote).to_have_attribute("aria-pressed", "true" if is_cast else "false")
    assert list(Vote.objects.all()) == [Vote(user=dora, paper=paper)] * is_cast
    if is_cast:
        vote.click()
        expect(vote).to_have_attribute("aria-pressed", "false")
    page.reload()
    expect(vote).to_have_attribute("aria-pressed", "false")
    assert page.evaluate("sessionStorage.getItem('pressed')") is None
    assert not Vote.objects.exists()


def test_a_discussion_for_which_one_signs_in_is_followed(visit, paper):
    dora = give_password(UserFactory(username="dora"))
    page = visit(paper.path)
    page.get_by_role("button", name="Follow this discussion").click()
    sign_in(page, "dora")
    expect(page.get_by_role("button", name="Following this discussion")).to_be_visible()
    assert PaperFollow.objects.get() == PaperFollow(user=dora, paper=paper)
