"""How an organisation is run: founded, joined by invitation, handed on. With JavaScript and without."""

import re

import pytest
from django.core import mail
from playwright.sync_api import expect

from orgs.models import Organisation
from tests.browser.axe import faults
from tests.browser.entrance import give_password, sign_in
from tests.factories import UserFactory


@pytest.fixture
def founder(transactional_db):
    return give_password(UserFactory(username="founder"))


def test_from_founding_to_handing_on(visit, javascript, founder):
    dora = give_password(UserFactory(username="dora"))
    page = visit("/orgs/new", user=founder, javascript=javascript)
    page.get_by_label("Name").fill("Harbour Institute")
    page.get_by_role("button", name="Create").click()
    expect(page).to_have_url(re.compile("/orgs/harbour-institute$"))
    page.get_by_role("link", name="Members", exact=True).click()
    page.get_by_label("Username or email address").fill("dora@example.org")
    page.get_by_role("button", name="Invite", exact=True).click()
    expect(page.get_by_text("Invitation sent to")).to_be_visible()
    assert [letter.to for letter in mail.outbox] == [["dora@example.org"]]

    path = re.search(r"http://[^/]+(/invitations/\S+)", mail.outbox[0].body)[1]
    hers = visit(path, javascript=javascript)
    expect(hers.get_by_role("heading", level=1)).to_have_text("founder invited you to Harbour Institute")
    assert not javascript or faults(hers) == []
    hers.get_by_role("main").get_by_role("link", name="Sign in").click()
    sign_in(hers, "dora")
    expect(hers).to_have_url(re.compile("/invitations/"))
    hers.get_by_role("button", name="Accept").click()
    expect(hers.get_by_text("You are now a member of Harbour Institute")).to_be_visible()

    page.reload()
    page.get_by_label("Change dora").click()
    page.get_by_role("button", name="Make an owner").click()
    expect(page.get_by_role("listitem").filter(has_text="dora")).to_contain_text("Owner")
    page.get_by_text("Leave Harbour Institute").click()
    page.get_by_role("button", name="Leave").click()
    expect(page.get_by_text("You are no longer a member of Harbour Institute")).to_be_visible()
    assert Organisation.objects.get().role_of(dora) == "owner"
