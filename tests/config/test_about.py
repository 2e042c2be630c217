"""The pages that say what the site is, what it keeps and whom to write to, and what a stranger sees first."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils import timezone
from lxml import html

from papers.tasks import clear_sessions


def links(answer, xpath: str) -> dict[str, str]:
    return {a.text: a.get("href") for a in html.fromstring(answer.content).xpath(f"{xpath}//a")}


def test_the_footer_leads_to_them(db, stranger):
    footer = links(stranger.get("/about"), "//footer")
    assert [footer[name] for name in ("About", "Privacy", "Contact")] == ["/about", "/privacy", "/contact"]
    for name in ("Topics", "Fields", "Organisations", "People", "Collections", "Archive", "Comments"):
        assert stranger.get(footer[name]).status_code == 200
    assert "/styleguide" not in footer.values()


def test_a_stranger_is_told_what_this_is_on_the_front_page_alone(paper, alice, stranger, signed_in):
    line = "Each day’s research papers, ranked by readers."
    front = stranger.get("/")
    assert line in front.content.decode()
    assert not front.cookies
    for reader, path in [(stranger, "/papers/trending"), (stranger, "/papers?q=paper"), (signed_in(alice), "/")]:
        assert line not in reader.get(path).content.decode()


@pytest.mark.parametrize(
    ("value", "uri", "label"),
    [
        ("press@example.org", "mailto:press@example.org", "press@example.org"),
        ("mailto:press@example.org", "mailto:press@example.org", "press@example.org"),
        ("https://example.org/press", "https://example.org/press", "example.org/press"),
    ],
)
def test_contact_is_what_the_setting_says(db, stranger, settings, value, uri, label):
    settings.CONTACT = value
    assert links(stranger.get("/contact"), "//main")[label] == uri


def test_without_the_setting_the_page_says_so(db, stranger, settings):
    settings.CONTACT = settings.BASE_URL
    assert "have not published an address yet" in stranger.get("/contact").content.decode()


def test_privacy_names_every_cookie_that_a_session_has(paper, alice, stranger, signed_in, settings):
    text = stranger.get("/privacy").content.decode()
    reader = signed_in(alice)
    reader.get("/settings/profile")
    reader.act("/settings/profile", {"about": "x"})
    assert reader.cookies.keys() >= {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME}
    assert all(f"<code>{name}</code>" in text for name in reader.cookies)


def test_privacy_says_where_searches_go(db, stranger, settings):
    assert "stay on this server" in stranger.get("/privacy").content.decode()
    settings.EMBEDDING = "https://vectors.example.org/v1"
    assert "are sent to vectors.example.org" in stranger.get("/privacy").content.decode()


def test_addresses_of_sessions_go_with_the_sessions(alice):
    """As the page about privacy says."""
    now = timezone.now()
    for key, end in (("over", now - timedelta(days=1)), ("open", now + timedelta(days=1))):
        Session.objects.create(session_key=key, session_data="", expire_date=end)
        UserSession.objects.create(session_key=key, user=alice, ip="198.51.100.1", user_agent="x")
    clear_sessions.func(0)
    assert [row.session_key for row in UserSession.objects.all()] == ["open"]
