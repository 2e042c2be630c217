"""What an admin does with the page of an organisation, with JavaScript and without."""

import pytest
from playwright.sync_api import expect

from tests.browser.axe import faults
from tests.factories import PaperFactory


def test_from_a_draft_to_the_page_and_back(visit, javascript, lab, alice):
    page = visit("/orgs/lab", user=alice, javascript=javascript)
    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_label("Description").fill("We measure *everything*.")
    page.get_by_label("Announcement").fill("Open day on Friday")
    page.get_by_role("button", name="Save and preview").click()
    expect(page.get_by_text("This is a preview.")).to_be_visible()
    expect(page.get_by_text("Open day on Friday")).to_be_visible()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Page published.")).to_be_visible()
    page.get_by_role("button", name="Undo last change").click()
    expect(page.get_by_text("Last change undone.")).to_be_visible()
    expect(page.get_by_text("Open day on Friday")).to_have_count(0)
    page.get_by_role("button", name="Undo last change").click()
    expect(page.get_by_text("Open day on Friday")).to_be_visible()
    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_label("Announcement").fill("No, on Monday")
    page.get_by_role("button", name="Save and preview").click()
    page.goto("/orgs/lab")
    page.get_by_role("link", name="Preview draft").click()
    page.get_by_role("button", name="Discard draft").click()
    expect(page.get_by_role("link", name="Preview draft")).to_have_count(0)


def test_the_description_is_drawn_as_one_types(visit, lab, alice):
    page = visit("/orgs/lab/edit", user=alice)
    page.get_by_label("Description").press_sequentially("So **bold** and $x^2$")
    drawn = page.get_by_role("region", name="Preview")
    expect(drawn.locator("strong")).to_have_text("bold")
    expect(drawn.locator("msup")).to_have_count(1)
    expect(page).to_have_url(page.url.split("?")[0])


def test_the_description_is_drawn_at_the_press_of_a_button(visit, lab, alice):
    page = visit("/orgs/lab/edit", user=alice, javascript=False)
    page.get_by_label("Name").fill("A name not saved yet")
    page.get_by_label("Description").fill("So **bold**")
    page.get_by_role("button", name="Preview", exact=True).click()
    expect(page.get_by_role("region", name="Preview").locator("strong")).to_have_text("bold")
    expect(page.get_by_label("Name")).to_have_value("A name not saved yet")
    page.get_by_role("button", name="Save and preview").click()
    expect(page.get_by_role("heading", name="A name not saved yet")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_two_admins_at_once(visit, lab, alice, scheme):
    first = visit("/orgs/lab/edit", user=alice)
    second = visit("/orgs/lab/edit", user=alice, scheme=scheme, expecting=["status of 409"])
    first.get_by_label("Name").fill("The First Lab")
    first.get_by_role("button", name="Save and preview").click()
    expect(first.get_by_text("This is a preview.")).to_be_visible()
    second.get_by_label("Name").fill("The Second Lab")
    second.get_by_role("button", name="Save and preview").click()
    expect(second.get_by_text("Someone else changed this page")).to_be_visible()
    expect(second.get_by_label("Name")).to_have_value("The Second Lab")
    assert faults(second) == []
    second.get_by_role("button", name="Save my version").click()
    expect(second.get_by_role("heading", name="The Second Lab")).to_be_visible()


def test_featured_papers_are_arranged_from_the_keyboard(visit, javascript, lab, alice):
    for title in ("Earlier", "Later"):
        PaperFactory(title=title, organisation=lab)
    page = visit("/orgs/lab/featured", user=alice, javascript=javascript)
    for title in ("Earlier", "Later"):
        page.get_by_role("button", name=f"Add: {title}", exact=True).press("Enter")
        expect(page.get_by_role("button", name=f"Remove: {title}")).to_be_visible()
    page.get_by_role("button", name="Move up: Later").press("Enter")
    expect(page.locator("ol.arranged .arranged-title")).to_have_text(["Later", "Earlier"])
    page.get_by_role("button", name="Remove: Later").press("Enter")
    expect(page.locator("ol.arranged .arranged-title")).to_have_text(["Earlier"])
