"""Searching: as one types, by a press of a key, without JavaScript; what the page says, shows and announces."""

import re

import pytest
from playwright.sync_api import Page, expect

from papers.models import Vote, directory
from tests.factories import OrganisationFactory, PaperFactory
from tests.papers.search import library


@pytest.fixture
def shelf(transactional_db):
    """Papers by name."""
    papers = library.fill()
    library.index()
    return papers


def box(page: Page):
    return page.get_by_role("searchbox", name="Find papers")


def rows(page: Page):
    return page.locator(".card h2")


def announced(page: Page):
    return page.locator("#summary[role=status]")


def stays(page: Page) -> bool:
    """Whether this is the document in which this was asked first."""
    return page.evaluate("() => [window.isSeen, window.isSeen = true][0] ?? false")


def test_results_come_in_place_as_one_types(visit, shelf):
    page = visit("/papers")
    stays(page)
    expect(announced(page)).to_be_empty()
    requests = []
    page.on("request", lambda request: requests.append(request.url) if "?q=" in request.url else None)
    box(page).press_sequentially("agents", delay=30)
    expect(rows(page)).to_have_text([shelf["survey"].title])
    expect(page).to_have_url(re.compile(r"/papers\?q=agents$"))
    expect(page).to_have_title("“agents” · Broadsheet")
    expect(page.get_by_role("heading", level=1)).to_have_text("“agents”")
    expect(announced(page)).to_have_text("1 paper for “agents”.")
    expect(page.locator("#dateline")).to_be_empty()
    expect(page.get_by_role("link", name="Today")).not_to_have_attribute("aria-current", "page")
    expect(box(page)).to_be_focused()
    expect(box(page)).to_have_value("agents")
    assert len(requests) == 1  # after the last key, not after each
    box(page).press_sequentially(" OR tumours")
    expect(rows(page)).to_have_text([shelf["tumours"].title, shelf["survey"].title])
    expect(announced(page)).to_have_text("2 papers for “agents OR tumours”.")
    box(page).fill("xqzkwv")
    expect(announced(page)).to_have_text("No papers match “xqzkwv”.")
    expect(page.get_by_text("No papers match these words.")).to_be_visible()
    assert stays(page)


def test_back_leads_to_the_page_before_the_typing(visit, shelf):
    page = visit("/papers/archive")
    page.goto("/papers/trending")
    for words in ("graph", "graph drugs", "language"):
        box(page).fill(words)
        expect(page).to_have_url(re.compile(rf"\?q={words.replace(' ', '%20')}$"))
    page.evaluate("history.back()")
    expect(page).to_have_url(re.compile("/papers/trending$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Trending")
    expect(rows(page)).to_have_count(6)
    expect(box(page)).to_have_value("")
    page.evaluate("history.forward()")
    expect(rows(page)).to_have_text([shelf["decoding"].title, shelf["chain"].title])
    expect(box(page)).to_have_value("language")
    page.evaluate("history.back()")
    expect(rows(page)).to_have_count(6)
    page.evaluate("history.back()")
    expect(page).to_have_url(re.compile("/papers/archive$"))


def test_an_emptied_box_is_the_front_page_again(visit, shelf):
    page = visit("/papers")
    box(page).fill("graph")
    expect(rows(page)).to_have_count(1)
    box(page).fill("")
    expect(rows(page)).to_have_count(6)
    expect(page).to_have_url(re.compile("/papers$"))
    expect(page.get_by_text("Wednesday, 10 September 2025").first).to_be_visible()
    expect(announced(page)).to_be_empty()


def test_an_order_and_a_kind_of_search_stay_as_one_types_on(visit, shelf):
    page = visit("/papers?q=graph&by=words&sort=newest")
    page.get_by_role("link", name="Relevance").click()
    page.get_by_role("link", name="Newest").click()
    box(page).fill("language reasoning")
    expect(rows(page)).to_have_text([shelf["chain"].title])
    expect(page).to_have_url(re.compile(r"\?q=language%20reasoning&sort=newest&by=words$"))
    page.get_by_role("link", name="Relevance").click()
    expect(rows(page)).to_have_count(3)
    box(page).fill("-graph")  # which cannot be ordered by relevance
    expect(rows(page)).to_have_count(5)
    box(page).fill("")
    expect(rows(page)).to_have_count(6)


def test_what_goes_wrong_is_said_in_place(visit, shelf):
    page = visit("/papers?q=graph&by=words", expecting=["400"])
    page.locator(".find [name=by]").evaluate("input => input.value = 'heart'")
    box(page).fill("language")
    expect(page.get_by_role("heading", level=1)).to_have_text("Bad request")
    expect(page.get_by_text("Unknown search mode “heart”").first).to_be_visible()
    expect(announced(page)).to_contain_text("Unknown search mode “heart”")
    expect(page.locator("#status")).to_be_empty()
    expect(box(page)).to_have_value("language")


def test_an_error_page_that_is_not_ours_takes_nothing_away(visit, shelf):
    page = visit("/papers", expecting=["503"])
    page.route("**/papers?q=*", lambda route: route.fulfill(status=503, content_type="text/plain", body="Proxy"))
    box(page).fill("language")
    expect(page.locator("#status")).to_have_text("Something went wrong. Reload the page and try again.")
    expect(rows(page)).to_have_count(6)


def test_enter_searches(visit, javascript, shelf):
    page = visit("/about/ranking", javascript=javascript)
    box(page).fill("org:nobody graph votes>=many")
    box(page).press("Enter")
    expect(page.get_by_text("“votes>=many” was ignored: write it as votes>=10.", exact=True)).to_be_visible()
    expect(box(page)).to_have_value("org:nobody graph votes>=many")
    box(page).fill("cat:cs.CL graph")
    box(page).press("Enter")
    expect(page).to_have_url(re.compile(r"\?q=graph&topic=cs\.CL$"))
    box(page).fill("grpah")
    box(page).press("Enter")
    expect(page.get_by_text("Showing results for graph.")).to_be_visible()
    expect(rows(page)).to_have_text([shelf["molecules"].title])
    page.get_by_role("link", name="grpah", exact=True).click()
    expect(page).to_have_url(re.compile(r"\?q=grpah&spelling=typed$"))
    expect(page.get_by_text("Showing results for")).to_have_count(0)


def test_why_a_paper_was_found_is_seen(visit, javascript, shelf):
    page = visit("/papers?q=language+models+reasoning", javascript=javascript)
    first = page.locator(".card").first
    expect(first.locator("mark")).to_have_text(["reasoning", "Language", "models"])
    expect(first.locator("mark").first).not_to_have_css("background-color", "rgba(0, 0, 0, 0)")
    expect(first.get_by_text("Every word · close in meaning")).to_be_visible()
    page.get_by_role("link", name="Words only").click()
    expect(first.get_by_text("Every word", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Words only")).to_have_attribute("aria-current", "true")
    page.get_by_role("link", name="Newest").click()
    expect(page).to_have_url(re.compile(r"\?q=language\+models\+reasoning&by=words&sort=newest$"))


def test_the_slash_leads_into_the_box(visit, shelf):
    page = visit("/papers?q=graph")
    page.keyboard.press("/")
    expect(box(page)).to_be_focused()
    page.keyboard.type("chain/step")
    expect(box(page)).to_have_value("chain/step")
    page.get_by_text("Filter", exact=True).click()
    author = page.get_by_label("Author")
    author.press_sequentially("a/b")
    expect(author).to_have_value("a/b")
    expect(author).to_be_focused()


def test_results_go_on_as_one_scrolls(visit, transactional_db):
    for n in range(35):
        PaperFactory(title=f"Alike {n}")
    page = visit("/papers")
    box(page).fill("alike")
    expect(announced(page)).to_have_text("30 papers for “alike”, and more further down.")
    cards = page.locator(".card")
    cards.last.scroll_into_view_if_needed()
    expect(cards).to_have_count(35)
    expect(cards.last.locator("mark")).to_have_text("Alike")
    assert len(set(cards.evaluate_all("cards => cards.map(card => card.id)"))) == 35
    expect(page).to_have_url(re.compile(r"\?q=alike$"))


def test_results_go_on_by_a_link(visit, transactional_db):
    for n in range(35):
        PaperFactory(title=f"Alike {n}")
    page = visit("/papers?q=alike", javascript=False)
    page.get_by_role("link", name="More papers").click()
    expect(page.locator(".card")).to_have_count(5)
    expect(page.locator(".card mark").first).to_have_text("Alike")


def test_a_paper_found_while_typing_can_be_voted_for(visit, shelf, alice):
    page = visit("/about/ranking", user=alice)
    box(page).fill("graph molecules")
    vote = page.get_by_role("button", name="Upvote")
    vote.click()
    expect(vote).to_have_attribute("aria-pressed", "true")
    assert Vote.objects.get().paper == shelf["molecules"]


def test_a_stranger_who_votes_comes_back_to_what_was_found(visit, shelf):
    page = visit("/papers")
    box(page).fill("graph molecules")
    expect(rows(page)).to_have_count(1)
    page.get_by_role("button", name="Upvote").click()
    expect(page).to_have_url(re.compile(r"/accounts/login/\?next=/papers%3Fq%3Dgraph"))


def test_an_id_leads_to_its_paper(visit, javascript, shelf):
    shelf["chain"].arxiv_id = "2509.08721"
    shelf["chain"].save()
    page = visit("/papers", javascript=javascript)
    box(page).fill("https://arxiv.org/abs/2509.08721v1")
    box(page).press("Enter")
    expect(page).to_have_url(re.compile("/papers/2509.08721$"))
    expect(page.get_by_role("heading", level=1)).to_have_text(shelf["chain"].title)


def test_an_id_that_is_typed_slowly_is_no_error_on_the_way(visit, shelf):
    shelf["chain"].arxiv_id = "2509.08721"
    shelf["chain"].save()
    page = visit("/papers")
    box(page).press_sequentially("2509.0872")  # which is an id, too
    expect(announced(page)).to_have_text("No papers match “2509.0872”.")
    expect(page.locator("#status")).to_be_empty()
    box(page).press_sequentially("1")
    expect(page).to_have_url(re.compile("/papers/2509.08721$"))
    expect(page.get_by_role("heading", level=1)).to_have_text(shelf["chain"].title)


def test_similar_papers_are_followed(visit, javascript, shelf):
    page = visit(shelf["chain"].get_absolute_url(), javascript=javascript)
    page.get_by_role("link", name="All similar papers").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Similar papers")
    expect(rows(page).first).to_have_text(shelf["survey"].title)
    page.get_by_text("Filter", exact=True).click()
    page.get_by_label("Words", exact=True).fill("models")
    page.get_by_role("button", name="Show papers").click()
    expect(page).to_have_url(re.compile(rf"/papers/{shelf['chain'].arxiv_id}/similar\?q=models"))
    expect(rows(page).first).to_have_text(shelf["decoding"].title)


def test_organisations_are_offered_as_one_types(visit, shelf):
    OrganisationFactory(slug="openlab", name="Open Lab")
    directory.recount()
    page = visit("/papers?q=agents")
    stays(page)
    page.get_by_text("Filter", exact=True).click()
    page.get_by_label("Organisation", exact=True).press_sequentially("open")
    expect(page.locator("#organisations option")).to_have_attribute("value", "openlab")
    assert stays(page)
    page.get_by_label("Organisation", exact=True).fill("openlab")
    page.get_by_role("button", name="Show papers").click()
    expect(page).to_have_url(re.compile(r"q=agents.*org=openlab"))
    expect(page.locator(".chips")).to_contain_text("Organisation: Open Lab")
