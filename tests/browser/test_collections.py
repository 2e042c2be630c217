"""Collections in a real browser: adding from a row, arranging by button, key and mouse, with and without JavaScript."""

import re

import pytest
from playwright.sync_api import Page, expect

from papers.models import Collection, Item
from tests.factories import PaperFactory
from tests.papers.collections.shelf import order, shelf

TITLES = ["Alpha", "Beta", "Gamma"]


@pytest.fixture
def three(transactional_db):
    return [PaperFactory(title=title, imported_votes=9 - n) for n, title in enumerate(TITLES)]


def row(page: Page, title: str):
    return page.get_by_role("listitem").filter(has=page.get_by_role("link", name=title, exact=True))


def test_a_row_begins_a_collection(visit, alice, three, javascript):
    page = visit("/papers/trending", user=alice, javascript=javascript)
    row(page, "Beta").get_by_role("link", name="Add to a collection").click()
    page.get_by_label("New collection").fill("Autumn")
    page.get_by_role("button", name="Create and add").click()
    expect(page).to_have_url(re.compile("/papers/trending"))
    if javascript:
        expect(page.get_by_role("button", name="Autumn")).to_have_attribute("aria-pressed", "true")
    else:
        expect(page.locator(".messages")).to_have_text("“Beta” is in “Autumn” now.")
    row(page, "Alpha").get_by_role("link", name="Add to a collection").click()
    page.get_by_role("button", name="Autumn", pressed=False).click()
    expect(page).to_have_url(re.compile("/papers/trending"))
    if javascript:
        expect(page.get_by_role("button", name="Autumn", pressed=False)).to_have_count(0)
    else:
        expect(page.locator(".messages")).to_have_text("“Alpha” is in “Autumn” now.")
    page.goto("/collections/mine")
    page.get_by_role("link", name="Autumn").click()
    expect(page.get_by_role("article").get_by_role("heading")).to_have_text(["Beta", "Alpha"])


def test_the_panel_takes_the_focus_and_gives_way_to_the_keyboard(visit, alice, three):
    shelf(alice)
    page = visit("/papers/trending", user=alice)
    row(page, "Beta").get_by_role("link", name="Add to a collection").press("Enter")
    button, unheard = page.get_by_role("button", name="Autumn"), page.locator(".htmx-added, .htmx-settling")
    button.focus()
    for pressed in ("true", "false"):
        expect(unheard).to_have_count(0)  # from when on htmx hears the new button
        page.keyboard.press("Enter")
        expect(button).to_have_attribute("aria-pressed", pressed)
        expect(button).to_be_focused()


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
