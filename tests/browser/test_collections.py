"""Collections in a real browser: adding from a row, arranging by button, key and mouse, with and without JavaScript."""

import re

import pytest
from playwright.sync_api import Page, expect

from papers.models import Collection, Item
from tests.browser.axe import faults
from tests.factories import PaperFactory
from tests.papers.collections.shelf import order, shelf

TITLES = ["Alpha", "Beta", "Gamma"]


@pytest.fixture
def three(transactional_db):
    return [PaperFactory(title=title, imported_votes=9 - n) for n, title in enumerate(TITLES)]


def row(page: Page, title: str):
    return page.get_by_role("listitem").filter(has=page.get_by_role("link", name=title, exact=True))


def open_panel(page: Page, title: str, *, javascript: bool = True) -> None:
    """Opens the collections of a paper at its button: in a panel, or without JavaScript by the link in it."""
    row(page, title).locator("[popovertarget^=collections]").click()
    if not javascript:
        page.get_by_role("link", name="Choose a collection").click()


def test_a_row_begins_a_collection(visit, alice, three, javascript):
    page = visit("/papers/trending", user=alice, javascript=javascript)
    announced = page.locator("#summary" if javascript else ".messages")
    open_panel(page, "Beta", javascript=javascript)
    page.get_by_label("New collection").fill("Autumn")
    page.get_by_role("button", name="Create and add").click()
    expect(page).to_have_url(re.compile("/papers/trending"))
    expect(announced).to_have_text("Added to “Autumn”.")
    open_panel(page, "Alpha", javascript=javascript)
    page.get_by_role("button", name="Autumn", pressed=False).click()
    expect(page).to_have_url(re.compile("/papers/trending"))
    expect(announced).to_have_text("Added to “Autumn”.")
    expect(page.get_by_role("button", name="In a collection")).to_have_count(2)
    page.goto("/collections/mine")
    page.get_by_role("link", name="Autumn").click()
    expect(page.get_by_role("article").get_by_role("heading")).to_have_text(["Beta", "Alpha"])


def test_the_icon_follows_the_panel_and_the_panel_the_keyboard(visit, alice, three):
    shelf(alice)
    page = visit("/papers/trending", user=alice)
    row(page, "Beta").get_by_role("button", name="Add to a collection").press("Enter")
    button, unheard = page.get_by_role("button", name="Autumn"), page.locator(".htmx-added, .htmx-settling")
    button.focus()
    for pressed, announced, icon in (
        ("true", "Added to “Autumn”.", "In a collection"),
        ("false", "Removed from “Autumn”.", "Add to a collection"),
    ):
        expect(unheard).to_have_count(0)  # from when on htmx hears the new button
        page.keyboard.press("Enter")
        expect(button).to_have_attribute("aria-pressed", pressed)
        expect(button).to_be_focused()
        expect(page.locator("#summary")).to_have_text(announced)
        expect(row(page, "Beta").get_by_role("button", name=icon, exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(button).to_be_hidden()
    expect(row(page, "Beta").locator("[popovertarget^=collections]")).to_be_focused()


def test_what_closes_the_panel_and_what_it_shows_when_it_opens_again(visit, alice, three):
    collection = shelf(alice)
    page = visit("/papers/trending", user=alice)
    opener, choice = (
        row(page, "Beta").locator("[popovertarget^=collections]"),
        page.get_by_role("button", name="Autumn"),
    )
    opener.click()
    expect(choice).to_have_attribute("aria-pressed", "false")
    opener.click()
    expect(choice).to_be_hidden()
    expect(opener).to_be_focused()
    Item.objects.add(alice, collection, [three[1].pk])
    opener.click()
    expect(choice).to_have_attribute("aria-pressed", "true")
    page.get_by_role("heading", name="Trending").click()
    expect(choice).to_be_hidden()
    opener.click()
    expect(choice).to_be_visible()
    assert faults(page) == []


@pytest.mark.parametrize("width", [360, 1280])
def test_the_panel_stands_at_its_button_within_the_window(visit, alice, three, width):
    for name in ("Autumn", "Winter", "Spring"):
        shelf(alice, name)
    page = visit("/papers/trending", user=alice)
    opener, panel = row(page, "Beta").locator("[popovertarget^=collections]"), page.locator(".menu:popover-open")
    for height in (740, 320):  # in the first the button is far from the lower edge
        page.set_viewport_size({"width": width, "height": height})
        opener.evaluate("button => button.scrollIntoView({block: 'end'})")
        opener.click()
        expect(panel.get_by_label("New collection")).to_be_visible()
        at, box = opener.bounding_box(), panel.bounding_box()
        assert 0 <= box["x"] <= width - box["width"]
        assert 0 <= box["y"] <= height - box["height"]
        assert min(abs(box["y"] - at["y"] - at["height"]), abs(at["y"] - box["y"] - box["height"])) < 8
        page.keyboard.press("Escape")


def test_a_bookmark_is_announced_and_going_back_shows_what_was_collected(visit, alice, three):
    shelf(alice)
    page = visit("/papers/trending", user=alice)
    page.locator(f"#title-{three[1].pk}").click()
    for announced in ("Bookmarked.", "Bookmark removed."):
        page.get_by_role("button", name="Bookmark").click()
        expect(page.locator("#summary")).to_have_text(announced)
    page.get_by_role("button", name="Add to a collection").click()
    page.get_by_role("button", name="Autumn").click()
    expect(page.get_by_role("button", name="In a collection")).to_be_visible()
    page.go_back()
    expect(row(page, "Beta").get_by_role("button", name="In a collection")).to_be_visible()
    expect(page.get_by_role("button", name="In a collection")).to_have_count(1)


def test_arranging(visit, alice, three, javascript):
    collection = shelf(alice, papers=three)
    page = visit(f"{collection.get_absolute_url()}/arrange", user=alice, javascript=javascript)
    page.get_by_role("button", name="Move up: Gamma").press("Enter")
    expect(page.locator(".arranged-title")).to_have_text(["Alpha", "Gamma", "Beta"])
    page.get_by_role("button", name="Move to bottom: Alpha").click()
    expect(page.locator(".arranged-title")).to_have_text(["Gamma", "Beta", "Alpha"])
    page.get_by_label("Select Beta").check()
    page.get_by_role("button", name="Remove").click()
    expect(page.locator(".arranged-title")).to_have_text(["Gamma", "Alpha"])
    page.get_by_role("button", name="Restore: Beta").click()
    expect(page.locator(".arranged-title")).to_have_text(["Gamma", "Beta", "Alpha"])
    row(page, "Beta").get_by_text("Add note").click()
    page.get_by_label("Note on Beta").fill("Begin *here*")
    row(page, "Beta").get_by_role("button", name="Save note").click()
    expect(page.locator(".note em")).to_have_text("here")
    assert order(collection) == ["Gamma", "Beta", "Alpha"]


def test_a_button_keeps_the_focus_while_its_row_moves(visit, alice, three):
    collection = shelf(alice, papers=three)
    page = visit(f"{collection.get_absolute_url()}/arrange", user=alice)
    down = page.get_by_role("button", name="Move down: Alpha")
    down.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".arranged-title")).to_have_text(["Beta", "Alpha", "Gamma"])
    expect(down).to_be_focused()


@pytest.mark.parametrize(
    ("title", "onto", "after"), [("Gamma", "Alpha", "Gamma Alpha Beta"), ("Alpha", "Gamma", "Beta Gamma Alpha")]
)
def test_a_row_is_dragged(visit, alice, three, title, onto, after):
    collection = shelf(alice, papers=three)
    page = visit(f"{collection.get_absolute_url()}/arrange", user=alice)
    target = row(page, onto)
    height = target.bounding_box()["height"]
    edge = 3 if title == "Gamma" else height - 3
    row(page, title).locator(".handle").drag_to(target, target_position={"x": 200, "y": edge})
    expect(page.locator(".arranged-title")).to_have_text(after.split())
    assert order(collection) == after.split()
    assert Item.objects.count() == 3
    assert Collection.objects.get().paper_count == 3


def test_a_note_that_is_not_saved_yet_stays_while_rows_move(visit, alice, three):
    page = visit(f"{shelf(alice, papers=three).get_absolute_url()}/arrange", user=alice)
    row(page, "Beta").get_by_text("Add note").click()
    page.get_by_label("Note on Beta").fill("Not saved yet")
    page.get_by_label("Select Beta").check()
    page.get_by_role("button", name="Move up: Gamma").click()
    expect(page.locator(".arranged-title")).to_have_text(["Alpha", "Gamma", "Beta"])
    expect(page.get_by_label("Note on Beta")).to_have_value("Not saved yet")
    expect(page.get_by_label("Select Beta")).to_be_checked()
