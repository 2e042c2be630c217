"""What a stranger does: reads, filters, goes back in time. With JavaScript and without, wherever both can."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from papers.models import Collection, Paper
from tests.browser.axe import assert_faultless
from tests.factories import NOON, PaperFactory

LONG = "A sentence that says what every other sentence of this abstract says. " * 20


@pytest.fixture
def five_and_thirty(transactional_db):
    """One day's papers, from 34 votes down to none."""
    return [PaperFactory(title=f"Paper with {votes} votes", imported_votes=votes) for votes in range(35)]


def height(locator) -> float:
    return locator.bounding_box()["height"]


def test_the_front_page_leads_to_papers(visit, javascript):
    PaperFactory(arxiv_id="2509.08721", title="Straight to the point", abstract=LONG, authors=["Ada Lovelace"])
    page = visit("/", javascript=javascript)
    expect(page.get_by_text("Wednesday, 10 September 2025").first).to_be_visible()
    clamped = height(page.locator(".abstract > p"))
    page.get_by_text("Show more").click()
    expect(page.get_by_text("Show less")).to_be_visible()
    assert height(page.locator(".abstract > p")) > 2 * clamped
    page.locator(".card").get_by_role("link", name="Straight to the point").click()
    expect(page).to_have_url(re.compile("/papers/2509.08721$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Straight to the point")
    expect(page.get_by_text("Ada Lovelace", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="PDF")).to_have_attribute("href", "https://arxiv.org/pdf/2509.08721")


def test_filters_are_a_form_and_chips_take_them_away(visit, javascript, five_and_thirty):
    Paper.objects.filter(imported_votes=33).update(title="With code", code_url="https://example.org/code")
    page = visit("/papers", javascript=javascript)
    page.get_by_text("Filter", exact=True).click()
    page.get_by_label("Minimum upvotes").fill("32")
    page.get_by_label("Has").select_option("code")
    page.get_by_role("button", name="Show papers").click()
    titles = page.locator(".card h2")
    expect(titles).to_have_text(["With code"])
    chips = page.get_by_label("Active filters").get_by_role("link")
    expect(chips).to_have_text([re.compile("Minimum upvotes: 32"), re.compile("Has: code")])
    chips.filter(has_text="Has: code").click()
    expect(titles).to_have_text(["Paper with 34 votes", "With code", "Paper with 32 votes"])
    expect(chips).to_have_count(1)
    page.get_by_role("link", name="Newest").click()
    expect(titles).to_have_text(["Paper with 34 votes", "With code", "Paper with 32 votes"])
    expect(page.get_by_role("link", name="Newest")).to_have_attribute("aria-current", "true")


def test_older_papers_come_by_themselves(visit, five_and_thirty):
    page = visit("/papers")
    cards = page.locator(".card")
    expect(cards).to_have_count(30)
    cards.last.scroll_into_view_if_needed()
    expect(cards).to_have_count(35)
    expect(cards.last).to_contain_text("Paper with 0 votes")
    expect(page.get_by_role("link", name="Older papers")).to_have_count(0)
    ids = cards.evaluate_all("cards => cards.map(card => card.id)")
    assert len(set(ids)) == 35
    assert page.url.endswith("/papers")


def test_older_papers_are_a_link(visit, five_and_thirty):
    page = visit("/papers", javascript=False)
    expect(page.locator(".card")).to_have_count(30)
    page.get_by_role("link", name="Older papers").click()
    expect(page.locator(".card")).to_have_count(5)
    expect(page.locator(".card").last).to_contain_text("Paper with 0 votes")


def test_back_returns_to_the_paper_among_older_ones(visit, five_and_thirty):
    page = visit("/papers")
    page.context.new_cdp_session(page).send("Network.setCacheDisabled", {"cacheDisabled": True})
    page.locator(".older").scroll_into_view_if_needed()
    paper = page.locator(".card").get_by_role("link", name="Paper with 2 votes")
    paper.click(modifiers=["Control"])
    expect(page).to_have_url(re.compile("/papers$"))
    paper.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Paper with 2 votes")
    page.evaluate("addEventListener('unload', () => {})")  # keeps the page out of the back/forward cache
    page.go_back()
    expect(paper).to_be_in_viewport()
    expect(page).to_have_url(re.compile(r"/papers\?older=.*#paper-\d+$"))


def test_the_archive_is_walked_by_arrow_keys(visit):
    for days in (0, 1, 40):
        PaperFactory(listed_at=NOON + timedelta(days=days))
    page = visit("/papers/archive")
    days = page.locator(".heatmap a")
    assert [days.nth(n).evaluate("day => day.tabIndex") for n in range(3)] == [0, -1, 0]
    days.first.focus()
    page.keyboard.press("ArrowRight")
    expect(days.nth(1)).to_be_focused()
    page.keyboard.press("Tab")
    expect(days.nth(2)).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(days.nth(1)).to_be_focused()


def test_days_are_picked_and_turned_over(visit, javascript):
    for days in (0, 2):
        PaperFactory(title=f"{days} days later", listed_at=NOON + timedelta(days=days))
    page = visit("/papers", javascript=javascript)
    expect(page.locator(".card h2")).to_have_text(["2 days later"])
    page.get_by_role("button", name="Go to a day").click()
    page.get_by_label("Go to a day").last.fill("2025-09-11")
    page.get_by_role("button", name="Go", exact=True).click()
    expect(page).to_have_url(re.compile("/papers/date/2025-09-11$"))
    expect(page.get_by_text("No papers were listed on this day.")).to_be_visible()
    page.locator("a[rel=prev]").click()
    expect(page.locator(".card h2")).to_have_text(["0 days later"])
    page.locator("a[rel=next]").click()
    expect(page.locator(".card h2")).to_have_text(["2 days later"])


def test_wrong_addresses_help_on(visit):
    PaperFactory(title="The nearest")
    page = visit("/papers/date/2025-02-30", expecting=["status of 404", "status of 400"])
    page.get_by_role("main").get_by_role("link", name="Wednesday, 10 September 2025").click()
    expect(page.locator(".card h2")).to_have_text(["The nearest"])
    page.goto("/nothing/here")
    expect(page.get_by_role("heading", level=1)).to_have_text("Page not found")
    page.goto("/papers?min_votes=many")
    expect(page.get_by_text("Enter a number.")).to_be_visible()
    field = page.get_by_label("Minimum upvotes")
    expect(field).to_have_accessible_description(re.compile("Enter a number"))
    field.fill("0")
    page.get_by_role("button", name="Show papers").click()
    expect(page.locator(".card h2")).to_have_text(["The nearest"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_theme_is_that_of_the_system_or_one_that_stays(visit, paper, scheme):
    page = visit("/papers", scheme=scheme)
    body = page.locator("body")
    of_system = body.evaluate("body => getComputedStyle(body).backgroundColor")
    backgrounds = {}
    for theme, following in [("system", "light"), ("light", "dark"), ("dark", "system")]:
        switch = page.get_by_role("button", name=f"Theme: {theme}. Switch to {following}", exact=True)
        expect(switch.locator("svg:visible")).to_have_count(1)
        backgrounds[theme] = body.evaluate("body => getComputedStyle(body).backgroundColor")
        page.reload()
        expect(body).to_have_css("background-color", backgrounds[theme])
        switch.click()
    assert backgrounds["light"] != backgrounds["dark"]
    assert backgrounds["system"] == backgrounds[scheme] == of_system
    expect(body).to_have_css("background-color", of_system)


def test_what_needs_javascript_is_not_shown_without(visit, paper):
    page = visit("/papers/2509.08721", javascript=False)
    expect(page.locator("#bibtex")).to_be_visible()
    expect(page.get_by_role("button", name="Copy BibTeX")).not_to_be_visible()
    expect(page.locator(".theme")).not_to_be_visible()
    page.goto("/accounts/login/")
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Sign in with a passkey")).not_to_be_visible()


def test_bibtex_is_copied(visit, paper):
    page = visit("/papers/2509.08721", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy BibTeX").click()
    expect(page.locator("#status")).to_have_text("Copied.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("@misc{lovelace2025paper,")
    assert copied == page.locator("#bibtex").text_content()


def test_a_link_is_copied_or_shared(visit, paper, alice):
    page = visit("/papers/2509.08721?from=mail", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator("#status")).to_have_text("Link copied.")
    address = page.evaluate("navigator.clipboard.readText()")
    assert address.endswith("/papers/2509.08721")
    page.add_init_script("navigator.share = async (data) => { window.shared = data.url; };")
    page.reload()
    page.get_by_role("button", name="Share").click()
    assert page.evaluate("window.shared") == address
    collection = Collection.objects.create(key="autumn", name="Autumn", user=alice, visibility="public")
    page.goto(collection.get_absolute_url())
    expect(page.get_by_role("button", name="Share")).to_be_visible()


def test_the_keyboard_reaches_the_content_first(visit, paper):
    page = visit("/papers")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/papers#main$"))
    page.keyboard.press("Tab")
    expect(page.locator("#main :focus")).to_have_count(1)


def test_paper_shows_the_whole_abstract(visit):
    PaperFactory(abstract=LONG)
    page = visit("/papers")
    clamped = height(page.locator(".abstract > p"))
    grey_on_white = page.locator(".meta").evaluate("meta => getComputedStyle(meta).color")
    page.get_by_role("button", name="Switch to light").click()
    page.get_by_role("button", name="Switch to dark").click()
    page.emulate_media(media="print")
    expect(page.locator(".meta")).to_have_css("color", grey_on_white)
    assert height(page.locator(".abstract > p")) > 2 * clamped
    for screen_only in (".masthead-bar", ".tools", ".bookmark", ".colophon"):
        expect(page.locator(screen_only).first).not_to_be_visible()


def test_an_empty_site_is_faultless(visit):
    assert_faultless(visit("/papers"), ["/papers", "/papers/archive", "/papers/trending"])
