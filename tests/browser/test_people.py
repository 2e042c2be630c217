"""What people do with their own pages and data. With JavaScript and without."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from accounts.models import User
from lib import throttle
from lib.throttle import Limit
from papers.models import DataExport, Vote
from papers.people import tasks
from tests.browser.axe import faults
from tests.browser.entrance import PASSWORD, give_password, sign_in
from tests.factories import PaperFactory, UserFactory


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.MEDIA_ROOT, settings.EXPORT_ROOT = tmp_path / "media", tmp_path / "exports"


@pytest.fixture
def dora(transactional_db):
    return give_password(UserFactory(username="dora"))


def test_one_says_who_one_is_and_hides_a_part(visit, javascript, alice, lab, tmp_path):
    Image.new("RGB", (90, 90), "navy").save(tmp_path / "me.png")
    PaperFactory(title="Listed by Alice", submitted_by=alice)
    page = visit("/settings/profile", user=alice, javascript=javascript, expecting=["status of 400"])
    page.get_by_label("About").fill("I *read*.")
    page.get_by_label("Links").fill("Home example.org")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("“Home example.org”: The line must end with an address")).to_be_visible()
    expect(page.get_by_label("About")).to_have_value("I *read*.")
    assert not javascript or faults(page) == []
    page.get_by_label("Links").fill("Home https://example.org")
    page.get_by_label("Picture").set_input_files(tmp_path / "me.png")
    page.get_by_label("Show the papers that I submitted").uncheck()
    page.get_by_label("Show my organisations").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Profile saved.")).to_be_visible()
    page.goto("/people/alice")
    expect(page.get_by_role("link", name="Home")).to_be_visible()
    expect(page.get_by_text("Only you see these.")).to_have_count(2)
    assert not javascript or faults(page) == []
    assert User.objects.get(username="alice").portrait

    page = visit("/people/alice", javascript=javascript)
    expect(page.get_by_text("I read.")).to_be_visible()
    expect(page.get_by_role("heading", name="Organisations")).to_have_count(0)
    page.get_by_role("link", name="Submitted").click()
    expect(page.get_by_text("No papers yet.")).to_be_visible()


def test_an_export_is_made_and_fetched(visit, javascript, dora):
    page = visit("/settings/profile", user=dora, javascript=javascript)
    page.get_by_role("link", name="Your data").click()
    page.get_by_role("button", name="Export my data").click()
    expect(page.get_by_text("Your export was started at")).to_be_visible()
    assert not javascript or faults(page) == []
    tasks.make_export(DataExport.objects.get().token)
    page.reload()
    page.get_by_role("link", name="download it").click()
    assert not javascript or faults(page) == []
    page.get_by_label("Password").fill(PASSWORD)
    with page.expect_download() as fetched:
        page.get_by_role("button", name="Confirm").click()
    assert fetched.value.suggested_filename.startswith("broadsheet-dora-")


def test_one_leaves_for_good(visit, javascript, dora, paper):
    Vote.objects.make(dora, paper)
    page = visit("/accounts/login/?next=/settings/profile", javascript=javascript)
    sign_in(page, "dora")
    page.get_by_role("link", name="Delete account").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Username").fill("dora")
    page.get_by_role("button", name="Delete my account").click()
    expect(page.get_by_text("Your account was deleted.")).to_be_visible()
    expect(page).to_have_url(re.compile("/papers$"))
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    expect(page.get_by_role("button", name="Upvote")).to_have_text("0")
    assert not User.objects.exists()


def test_who_votes_too_often_is_told(visit, javascript, alice, paper):
    votes = Limit("marks person", 120, timedelta(minutes=1))
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):  # so that a slow browser finds it used up, too
        while throttle.take((votes, str(alice.pk))) is None:
            pass
    page = visit("/papers", user=alice, javascript=javascript, expecting=["429"])
    page.get_by_role("button", name=re.compile("Upvote")).click()
    message = page.locator("#status") if javascript else page.get_by_role("heading", level=1)
    expect(message).to_contain_text("Too many requests")
    assert not Vote.objects.exists()


def test_what_the_page_sends_by_itself_leaves_an_error_where_it_is(visit, alice, paper):
    page = visit("/about", user=alice, expecting=["403"])
    held = []
    page.route("**/papers/visit", lambda route: held.append(route))  # noqa: PLW0108 (Playwright needs a function)
    page.route("**/vote", lambda route: route.fulfill(status=403, body='<p id="summary">No vote today.</p>'))
    page.goto("/papers")
    page.get_by_role("button", name=re.compile("Upvote")).click()
    expect(page.locator("#status")).to_have_text("No vote today.")
    with page.expect_response("**/papers/visit"):
        held[0].continue_()
    expect(page.get_by_role("button", name="Remember this visit")).to_have_count(0)
    expect(page.locator("#status")).to_have_text("No vote today.")
