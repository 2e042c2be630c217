"""Every page passes axe (WCAG 2.2 AA) in light and in dark and fits into 320 pixels, whatever it has to show."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from django.db import connection
from playwright.sync_api import expect

from accounts.models import User
from inbox import signed_links
from tests import database
from tests.browser import world
from tests.browser.axe import assert_faultless, faults
from tests.browser.entrance import PASSWORD, give_password, link_in_the_last_letter, sign_in
from tests.factories import SubscriptionFactory, UserFactory

LISTS = [
    "/papers",
    "/papers/month/2025-09",
    "/papers/trending",
    "/papers/archive",
    "/papers?min_votes=1&topic=cs.CL&org=" + "o" * 96,
    "/orgs/" + "o" * 96,
    f"/orgs/{'o' * 96}/insights",
    "/people/" + "m" * 39,
    "/people/" + "m" * 39 + "/upvoted",
    "/people/" + "m" * 39 + "/authored",
    "/papers/date/2025-09-07",
    "/orgs",
    "/topics",
    "/people",
    "/fields",
    "/collections",
    "/collections/" + "c" * 80,
    "/letters/2025-09-11/" + "l" * 22,
    "/subscribe?preview=1&min_votes=1&list=/orgs/" + "o" * 96,
    "/letters/manage",
]
COMMENTS = [
    "/comments",
    "/people/" + "m" * 39 + "/comments",
    "/people/" + "e" * 39 + "/comments",
    "/papers/2509.00001/comments",
    "/papers/2509.00003/comments",
    "/comments/9000001",
    "/comments/9000001/history",
]
PAPERS = [
    "/papers/2509.00001",
    "/papers/2509.00002",
    "/papers/2509.00003",
    "/papers/2509.00001/versions",
    "/api",
    "/dump",
    "/styleguide",
    "/about",
    "/privacy",
    "/contact",
    "/about/ranking",
    "/about/keys",
    "/feeds",
]
FRAMES = [
    f"/embed/orgs/{'o' * 96}",
    "/embed/papers?most=30&look=light",
    "/embed/papers/date/2025-09-07",
    "/about/embed",
    f"/about/embed?list=/orgs/{'o' * 96}",
]
SEARCHES = [
    "/papers?q=" + "o" * 96,
    "/papers?q=disclsoe+length+votes%3E=many",
    "/papers?q=" + "w" * 200,
    "/papers?topic=cs.CL",
    "/papers/2509.00001/similar",
]
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
    "/settings/security",
    "/settings/tokens",
    "/settings/data",
    "/settings/import",
    f"/settings/import/{'i' * 43}",
    "/settings/letters",
    "/settings/tokens",
    "/settings/webhooks",
    "/settings/notifications",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/2fa/",
    "/accounts/sessions/",
    "/accounts/3rdparty/",
    "/accounts/logout/",
]
BEHIND_THE_PASSWORD = [
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/webauthn/",
    "/accounts/2fa/webauthn/add/",
    "/settings/tokens/new",
    "/settings/delete",
]
MEMBER = [
    "/papers",
    "/papers?has=code",
    "/papers?min_votes=1",
    "/bookmarks",
    "/papers/following",
    "/papers/following/manage",
    "/papers/following/start",
    "/papers/catch-up",
    "/papers/dismissed",
    "/papers/date/2025-09-07?seen=no",
    "/notifications",
    "/feeds",
    "/papers?topic=cs.CL",
    "/papers/submit",
    *(f"/papers/submit/{letter * 43}" for letter in "wfs"),
    *(f"/papers/2509.0000{number}/claim" for number in (1, 2, 3)),
    *(f"/papers/2509.00002/{page}" for page in ("correct", "artefacts", "summary")),
    "/collections/mine",
    "/collections/new",
    *(f"/collections/{letter * 80}{page}" for letter in "cp" for page in ("", "/arrange", "/edit")),
    "/papers/2509.00001/collections",
    f"/orgs/{'o' * 96}",
    f"/orgs/{'o' * 96}/edit",
    f"/orgs/{'o' * 96}/preview",
    f"/orgs/{'o' * 96}/featured",
    f"/orgs/{'o' * 96}/sections",
    f"/orgs/{'o' * 96}/members",
    f"/orgs/{'o' * 96}/log",
    f"/orgs/{'o' * 96}/webhooks",
    f"/orgs/{'o' * 96}/suggestions",
    f"/orgs/{'o' * 96}/suggestions/refused",
    "/papers/2509.00002",
    "/orgs/new",
    "/comments",
    "/papers/2509.00001/comments",
    "/papers/2509.00001/comments/new",
    "/papers/2509.00001/report",
    *(f"/moderation/log/{pk}/answer" for pk in (9_000_001, 9_000_002)),
    "/flag/paper/2509.00002",
    *(f"/comments/9000001{page}" for page in ("", "/reply", "/edit")),
]
MODERATOR = [
    "/moderation/claims",
    "/moderation/merge",
    "/moderation/jobs",
    "/moderation/staff",
    "/moderation/moderators",
    "/moderation/comments",
    "/moderation",
    "/moderation/comment/9000001",
    "/moderation/log",
    "/moderation/log/9000001",
    "/flag/paper/2509.00001",
    f"/moderation/merge?old={'f' * 96}&into={'o' * 96}",
    f"/orgs/{'f' * 96}/claim",
]


class Cast(NamedTuple):
    member: User
    moderator: User


@pytest.fixture(scope="module")
def transactional_db(django_db_setup, django_db_blocker) -> Iterator[Cast]:
    """One strained site for all tests of this module, two of whose people it yields.

    It takes the place of pytest-django's fixture, which empties the database after each test.
    """
    with django_db_blocker.unblock():
        try:
            member = give_password(world.build())
            yield Cast(member, give_password(world.contest(member)))
        finally:
            database.empty()
            connection.close()  # nobody else can: it belongs to the event loop that playwright keeps in this thread


@pytest.fixture(autouse=True)
def shows_ai_text(settings):
    settings.SHOW_AI_TEXT = True


@pytest.fixture
def member(transactional_db) -> User:
    return transactional_db.member


@pytest.mark.parametrize(
    "paths",
    [LISTS, COMMENTS, PAPERS, FRAMES, SEARCHES],
    ids=["lists", "comments", "papers", "frames", "searches"],
)
def test_pages_of_papers(visit, paths):
    assert_faultless(visit("/papers"), paths)


def test_pages_of_mistakes(visit):
    assert_faultless(visit("/papers", expecting=["status of 404", "status of 400"]), WRONG)


def test_pages_of_a_member(visit, member):
    assert_faultless(visit("/papers", user=member), MEMBER)


def test_pages_of_a_moderator(visit, transactional_db):
    assert_faultless(visit("/papers", user=transactional_db.moderator), MODERATOR)


def test_the_page_that_asks_moderators_for_a_second_factor(visit):
    staff = UserFactory(username="s" * 39, name="S" * 120, is_appointed_moderator=True)
    assert_faultless(visit("/papers", user=staff, expecting=["status of 403"]), ["/moderation/claims"])


def test_pages_behind_the_links_of_mails(visit):
    strained = {"email": f"{'m' * 60}@{'d' * 60}.example", "title": "T" * 300}
    rows = [SubscriptionFactory(**strained), SubscriptionFactory(**strained, address="/papers/trending")]
    rows[1].end("unsubscribed")
    new = SubscriptionFactory(**strained, address="/papers/following", state="pending", confirmed_at=None)
    paths = [
        f"/letters/manage/{signed_links.MANAGE.token(rows[0])}",
        *(f"/letters/unsubscribe/{signed_links.UNSUBSCRIBE.token(row)}" for row in rows),
        f"/letters/confirm/{signed_links.CONFIRM.token(new)}",
        f"/letters/never/{signed_links.NEVER.token(new)}",
    ]
    assert_faultless(visit("/papers"), paths)


def test_entrances(visit, member):
    page = visit("/accounts/login/")
    sign_in(page, member.username, "wrong")
    expect(page.get_by_text("Wrong username or password.")).to_be_visible()
    assert faults(page) == []
    page.goto("/accounts/password/reset/")
    page.get_by_label("Email").fill(member.email)
    page.get_by_role("button", name="Reset").click()
    expect(page).to_have_url(re.compile("/done/$"))
    page.goto(link_in_the_last_letter())
    assert faults(page) == []
    assert_faultless(page, ENTRANCES)


def test_settings(visit, member):
    page = visit("/accounts/login/")
    sign_in(page, member.username)
    expect(page).to_have_url(re.compile("/papers$"))
    assert_faultless(page, SETTINGS)
    page.goto("/accounts/2fa/totp/activate/")
    assert faults(page) == []
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    expect(page).to_have_url(re.compile("/activate/$"))
    assert_faultless(page, BEHIND_THE_PASSWORD)
