"""Every page passes axe (WCAG 2.2 AA) in light and in dark, and fits into 320 pixels, whatever its papers are called."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import world
from tests.browser.axe import faults
from tests.browser.test_members import PASSWORD, sign_in

LISTS = [
    "/papers",
    "/papers/month/2025-09",
    "/papers/trending",
    "/papers/archive",
    "/papers?min_votes=1&topic=cs.CL&org=" + "o" * 96,
    "/orgs/" + "o" * 96,
    "/people/" + "m" * 39,
    "/papers/date/2025-09-07",
]
PAPERS = ["/papers/2509.00001", "/papers/2509.00002", "/papers/2509.00003", "/styleguide", "/about/ranking"]
WRONG = [
    "/nothing/here",
    "/papers/2509.99999",
    "/papers/date/2025-02-30",
    "/papers/date?day=soon",
    "/papers?min_votes=many&sort=best",
]
ENTRANCES = ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/accounts/confirm-email/"]
SETTINGS = [
    "/settings/profile",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/2fa/",
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/webauthn/",
    "/accounts/2fa/webauthn/add/",
    "/accounts/sessions/",
    "/accounts/3rdparty/",
    "/accounts/logout/",
]
MEMBER = ["/papers", "/bookmarks", "/papers/submit", "/papers/2509.00001", f"/orgs/{'o' * 96}/edit"]


@pytest.fixture
def member(transactional_db, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    member = world.build()
    member.set_password(PASSWORD)
    member.save()
    return member


def faults_of(page: Page, paths: list[str]) -> list[str]:
    found = []
    for path in paths:
        page.goto(path)
        assert page.url.endswith(path)
        found += faults(page)
    return found


@pytest.mark.parametrize("paths", [LISTS, PAPERS], ids=["lists", "papers"])
def test_pages_of_papers(visit, member, paths):
    assert faults_of(visit("/papers"), paths) == []


def test_pages_of_mistakes(visit, member):
    page = visit("/papers", expecting=["status of 404", "status of 400"])
    assert faults_of(page, WRONG) == []


def test_pages_of_a_member(visit, member):
    assert faults_of(visit("/papers", user=member), MEMBER) == []


def test_entrances_and_settings(visit, member):
    page = visit("/papers")
    found = faults_of(page, ENTRANCES)
    page.goto("/accounts/login/?next=/settings/profile")
    sign_in(page, member.username, "wrong")
    expect(page.get_by_text("not correct")).to_be_visible()
    found += faults(page)
    sign_in(page, member.username, PASSWORD)
    expect(page).to_have_url(re.compile("/settings/profile$"))
    assert found + faults_of(page, SETTINGS) == []


def test_an_empty_site(visit):
    assert faults_of(visit("/papers"), ["/papers", "/papers/archive", "/papers/trending"]) == []
