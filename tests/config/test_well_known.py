"""What the site says of itself to machines (robots.txt, llms.txt, security.txt), and whether it is true."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command

from config import address_checks
from papers.models import Collection
from tests.factories import PaperFactory

SITE = "http://127.0.0.1:8000"


def fits(rule: str, address: str) -> bool:
    """RFC 9309, 2.2.3: `*` is anything, `$` the end."""
    pattern = re.escape(rule).replace(r"\*", ".*")
    return bool(re.match(pattern.removesuffix(r"\$") + ("$" if rule.endswith("$") else ""), address))


def may_crawl(text: str, address: str) -> bool:
    """RFC 9309, 2.2.2: the longest rule that fits wins, and of two as long the one that allows."""
    rules = re.findall(r"^(Allow|Disallow): (.*)$", text, re.MULTILINE)
    fitting = [(len(rule), kind == "Allow") for kind, rule in rules if fits(rule, address)]
    return max(fitting, default=(0, True))[1]


@pytest.mark.parametrize(
    "address",
    [
        *("/", "/papers", "/papers/2509.08721", "/papers/month/2025-09", "/orgs/lab", "/collections/autumn"),
        *("/papers.atom", "/orgs/lab.json?has=code", "/papers.rss?min_votes=20", "/embed/orgs/lab", "/sitemap.xml"),
        *("/llms.txt", "/.well-known/security.txt", "/feeds", "/about/embed"),
    ],
)
def test_what_crawlers_may_read(stranger, address):
    assert may_crawl(stranger.get("/robots.txt").content.decode(), address)


@pytest.mark.parametrize(
    "address",
    [
        *("/papers?q=x", "/papers?has=code", "/papers/trending?export=csv", "/orgs/lab?older=x", "/accounts/login/"),
        *("/letters/unsubscribe/token", "/invitations/token", "/settings/data/token", "/admin/", "/moderation/claims"),
        *("/papers/following.atom?key=secret", "/bookmarks.json?key=secret", "/bookmarks", "/notifications"),
    ],
)
def test_what_crawlers_may_not_read(stranger, address):
    assert not may_crawl(stranger.get("/robots.txt").content.decode(), address)


def test_robots_name_the_sitemap(db, stranger):
    robots = stranger.get("/robots.txt").content.decode()
    assert re.findall("^Sitemap: (.*)$", robots, re.MULTILINE) == [f"{SITE}/sitemap.xml"]
    assert b"<sitemapindex" in stranger.get("/sitemap.xml").content


def test_llms_txt_has_the_form(stranger):
    """https://llmstxt.org: a heading, a quotation, then sections, each with links and what they are."""
    answer = stranger.get("/llms.txt")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    lines = answer.content.decode().splitlines()
    assert lines[0] == "# Broadsheet"
    assert lines[2].startswith("> ")
    assert sum(line.startswith("# ") for line in lines) == 1
    assert "&amp;" not in answer.content.decode()


def test_every_address_in_llms_txt_is_there(alice, lab, stranger, settings, tmp_path):
    settings.DUMP_ROOT = tmp_path
    PaperFactory(arxiv_id="2509.08721")
    Collection.objects.create(key="autumn", name="Autumn", user=alice, visibility="public")
    call_command("dump")
    text = stranger.get("/llms.txt").content.decode()
    addresses = [found.rstrip(".,:)") for found in re.findall(rf"{SITE}(/[^\s)]*)", text)]
    assert len(addresses) > 15
    begun = {"/papers/", "/orgs/", "/people/", "/collections/"}
    assert stranger.get("/mcp").headers["Allow"] == "POST"
    for address in set(addresses) - begun - {"/mcp"}:
        answer = stranger.get(address)
        assert (answer.status_code, bool(answer.content)) == (200, True), address


def test_every_parameter_in_llms_txt_is_known(paper, stranger):
    text = stranger.get("/llms.txt").content.decode()
    section = text.split("## Filters")[1].split("##")[0]
    names = re.findall(r"^- (\w+): ", section, re.MULTILINE)
    assert {"q", "org", "author", "topic", "min_votes", "has", "repro", "after", "before", "sort"} == set(names)
    for order in re.search("^- sort: (.*)$", section, re.MULTILINE)[1].split(", "):
        assert 'class="card"' in stranger.get(f"/papers/trending?sort={order}").content.decode()
    files = text.split("## Files")[1].split("##")[0]
    for form in re.findall(r"(\w+) \(", files):
        assert "attachment" in stranger.get(f"/papers/trending?export={form}").headers["Content-Disposition"]


def read_security(stranger) -> dict[str, str]:
    """RFC 9116, section 4: lines of a name, a colon, a space and a value."""
    answer = stranger.get("/.well-known/security.txt")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    lines = answer.content.decode().splitlines()
    fields = [re.fullmatch(r"([A-Za-z-]+): (\S.*)", line).groups() for line in lines]
    assert len(dict(fields)) == len(fields)
    return dict(fields)


@pytest.mark.parametrize(
    ("contact", "shown"),
    [
        ("press@example.org", "mailto:press@example.org"),
        ("mailto:press@example.org", "mailto:press@example.org"),
        ("https://example.org/contact", "https://example.org/contact"),
        ("tel:+49-30-1234567", "tel:+49-30-1234567"),
    ],
)
def test_security_txt(stranger, settings, contact, shown):
    settings.CONTACT = contact
    fields = read_security(stranger)
    assert fields.keys() == {"Contact", "Expires", "Preferred-Languages", "Canonical"}
    assert fields["Contact"] == shown
    assert address_checks.contact(None) == []
    assert fields["Canonical"] == f"{SITE}/.well-known/security.txt"


@pytest.mark.parametrize(
    "contact", ["Jane, third floor", "javascript:alert(1)", "", "https://", "http://example.org", SITE]
)
def test_no_security_txt_without_a_contact(db, stranger, settings, contact):
    settings.CONTACT = contact
    answer = stranger.get("/.well-known/security.txt")
    assert (answer.status_code, b"Contact:" in answer.content) == (404, False)


@pytest.mark.parametrize("now", [datetime(2026, 11, 28, tzinfo=UTC), datetime(2028, 2, 29, 23, 59, tzinfo=UTC)])
def test_it_expires_within_a_year_and_stays_the_same_for_a_month(stranger, settings, time_machine, now):
    settings.CONTACT = "press@example.org"
    time_machine.move_to(now, tick=False)
    expires = datetime.strptime(read_security(stranger)["Expires"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert timedelta(days=330) < expires - now < timedelta(days=366)
    tag = stranger.get("/.well-known/security.txt").headers["ETag"]
    time_machine.move_to(now.replace(day=1, hour=0), tick=False)
    assert stranger.get("/.well-known/security.txt", headers={"if-none-match": tag}).status_code == 304


def test_the_former_place_leads_there(stranger):
    answer = stranger.get("/security.txt")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/.well-known/security.txt")


@pytest.mark.parametrize("path", ["/robots.txt", "/llms.txt", "/.well-known/security.txt"])
def test_what_machines_read_is_kept_by_others(stranger, settings, path):
    settings.CONTACT = "press@example.org"
    headers = stranger.get(path).headers
    assert headers["Cache-Control"] == "public, max-age=86400, stale-while-revalidate=864000, stale-if-error=600"
    assert {"Set-Cookie", "Vary"} & set(headers) <= {"Vary"}
    assert "Cookie" not in headers.get("Vary", "")


def test_no_cache_keeps_the_refusal_of_a_condition(db, stranger):
    answer = stranger.get("/robots.txt", headers={"If-Match": '"other"'})
    assert (answer.status_code, answer.headers["Cache-Control"]) == (412, "private, no-store")
