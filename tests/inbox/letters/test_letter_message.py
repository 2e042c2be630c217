"""A letter as bytes, read as a mail program reads them."""

import email
import email.policy
import re
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from inbox import signed_links
from inbox.letters.issue import Entry, Issue, compose
from inbox.letters.letter_message import message
from lib.refusals import BadInput
from lib.text import one_line
from papers.models import Author, Paper
from papers.paper.summary import summarise
from tests.factories import NOON, LetterFactory, PaperFactory, SubscriptionFactory

NOW = NOON + timedelta(hours=19)
GMAIL_CLIPS_AT = 102 * 1024  # bytes
CSS = Path(__file__).resolve().parents[3] / "static" / "css"
HOSTILE = [
    "Line\r\nBcc: victim@example.org",
    "]]><script>alert(1)</script>",
    "<img src=https://example.org/pixel.gif><style>@import url(//example.org)</style>",
    "\u202eright to left\u2066 \x07bell \x1b[31m \u2028 line",
    "שלום and עולם",
    "=?utf-8?q?already_encoded?=",
    "w" * 500,
    "字" * 500,
    "%s {{ own.unsubscribe }} {% url 'x' %} &amp; &lt;",
]


class Loads(HTMLParser):
    """What a program would fetch to show this HTML, the tags in it, and its text."""

    def __init__(self, html):
        super().__init__()
        styles = re.findall(r'<style>.*?</style>|style="[^"]*"', html, re.DOTALL)
        self.fetched, self.tags, self.text = re.findall(r"url\(|@import", "".join(styles)), [], ""
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.fetched += [value for name, value in attributes if name in {"src", "srcset", "background", "poster"}]
        self.fetched += [tag] if tag in {"img", "link", "script", "iframe", "object", "svg", "video"} else []

    def handle_data(self, data):
        self.text += data


def read(letter, found):
    """The mail as it arrives: from its bytes, as SMTP has them."""
    data = message(letter, found).message(policy=email.policy.SMTP).as_bytes()
    assert max(map(len, data.split(b"\r\n"))) <= 998
    return email.message_from_bytes(data, policy=email.policy.default)


def part(mail, kind):
    return mail.get_body([kind]).get_content()


@pytest.fixture
def letter(db):
    PaperFactory(
        title="Attention is enough", imported_votes=7, fails_count=2, code_url="https://example.org/code?a=1&b=2"
    )
    PaperFactory(title="Memory is, too", imported_votes=1)
    return LetterFactory(subscription__address="/papers?min_votes=1", subscription__email="ann@example.org")


@pytest.fixture
def mail(letter):
    return read(letter, compose(letter.subscription, letter.day, NOW))


def entry(title="x", authors="x", organisation="x", abstract="x", **fields) -> Entry:
    paper = Paper(
        pk=1, arxiv_id="2509.00001", title=title, abstract=abstract, author_count=1, published_at=NOON, vote_count=1
    )
    return Entry(replace(summarise(paper, [Author(name=authors)]), organisation=organisation, **fields))


def an_issue(*papers: Entry, title="Papers") -> Issue:
    return Issue(title, date(2025, 9, 11), "http://127.0.0.1:8000/papers", papers or (entry(),))


def test_headers(letter, mail, settings):
    assert mail["Subject"] == "[Broadsheet] Thu 11 Sep, Papers · Minimum upvotes: 1: Attention is enough"
    assert (mail["From"], mail["To"]) == (settings.DEFAULT_FROM_EMAIL, "ann@example.org")
    assert mail["Message-ID"] == f"<{letter.key}@127.0.0.1>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime
    assert mail["MIME-Version"] == "1.0"


def test_one_click_unsubscribing(letter, mail):
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = re.fullmatch(r"<http://127\.0\.0\.1:8000/\S+/([^/]+)>", mail["List-Unsubscribe"])
    assert signed_links.UNSUBSCRIBE.key(address[1]) == letter.subscription.key
    for purpose in (signed_links.MANAGE, signed_links.CONFIRM):
        with pytest.raises(BadInput):
            purpose.key(address[1])


def test_long_addresses_in_headers_are_written_as_they_are(letter, settings):
    settings.BASE_URL = f"https://{'w' * 60}.{'x' * 60}.example.org"
    data = message(letter, an_issue()).message(policy=email.policy.SMTP).as_bytes().decode()
    assert f"\r\nList-Unsubscribe: <{signed_links.UNSUBSCRIBE.link(letter.subscription)}>\r\n" in data
    assert re.search(r'\r\nList-Id: "Papers" <[0-9a-f]{16}\.letters\.w{60}\.x{60}\.example\.org>\r\n', data)


def test_a_list_has_one_id_for_all_its_subscribers(letter, mail):
    other = LetterFactory(subscription__address=letter.subscription.address)
    third = LetterFactory(subscription__address="/papers")
    assert read(other, an_issue())["List-Id"] == mail["List-Id"] != read(third, an_issue())["List-Id"]


def test_a_mail_is_known_again_at_the_next_attempt(letter):
    first = read(letter, an_issue())
    with time_machine.travel(NOON + timedelta(days=1)):
        second = read(letter, an_issue())
    changed = {"Date", "List-Unsubscribe", "Content-Type"}  # links are signed with their time; parts have a boundary
    assert {name for name in first if first[name] != second[name]} == changed


def test_the_two_bodies(mail):
    assert mail.get_content_type() == "multipart/alternative"
    kinds = [(body.get_content_type(), body.get_content_charset()) for body in mail.iter_parts()]
    assert kinds == [("text/plain", "utf-8"), ("text/html", "utf-8")]
    assert {body["Content-Transfer-Encoding"] for body in mail.iter_parts()} == {"quoted-printable"}
    for body in (part(mail, "plain"), Loads(part(mail, "html")).text):
        body_text = " ".join(body.split())
        for line in (
            "1. Attention is enough",
            "2. Memory is, too",
            "Ada Lovelace and Grace Hopper · 7 upvotes · Reproduction failed for 2",
        ):
            assert line in body_text
        assert "A question, a method and a result." in body_text
        assert "is subscribed at 127.0.0.1:8000: Papers · Minimum upvotes: 1 · Every day." in body_text
        assert "ann@" not in body_text


def test_every_link_is_in_both_bodies(letter, mail):
    text, html = part(mail, "plain").splitlines(), part(mail, "html")
    addresses = [
        "http://127.0.0.1:8000/papers?min_votes=1",
        "https://example.org/code?a=1&b=2",
        "http://127.0.0.1:8000" + letter.get_absolute_url(),
        mail["List-Unsubscribe"].strip("<>"),
    ]
    for address in addresses:
        assert any(line.endswith(address) for line in text)
        assert f'href="{address.replace("&", "&amp;")}"' in html
    for body in ("\n".join(text), html):
        assert signed_links.MANAGE.key(re.search(r"/letters/manage/([\w:-]+)", body)[1]) == letter.subscription.key
        assert ".invalid" not in body


def test_what_one_subscriber_gets_is_not_what_another_gets(letter):
    other = LetterFactory(subscription=SubscriptionFactory(address=letter.subscription.address))
    first, second = (read(one, an_issue()) for one in (letter, other))
    for kind in ("plain", "html"):
        assert other.key not in part(first, kind)
        assert letter.key not in part(second, kind)
        assert other.key in part(second, kind)


def test_the_html_fetches_nothing_and_brings_its_style(mail):
    html = part(mail, "html")
    assert Loads(html).fetched == []
    assert '<html lang="en">' in html
    assert '<meta name="color-scheme" content="light dark">' in html
    assert "@media (prefers-color-scheme: dark)" in html
    assert "var(" not in html
    assert re.search(r'<p class="letter-facts" style="[^"]*color:#5a574f', html)
    assert re.search(r'class="preheader" style="[^"]*display:none[^"]*">Memory is, too<', html)
    assert [tag for tag in Loads(html).tags if tag in {"h1", "h2"}] == ["h1", "h2", "h2"]


def test_addresses_in_abstracts_are_links(letter):
    html = part(read(letter, an_issue(entry(abstract="Code <b>: https://example.org/code."))), "html")
    assert re.search(
        r'Code &lt;b&gt;: <a href="https://example.org/code"[^>]*>https://example.org/code</a>\.</p>', html
    )


def test_its_colours_are_those_of_the_site():
    site, mail = (CSS / "tokens.css").read_text(), (CSS / "mail.css").read_text()
    pairs = re.findall(r"--([\w-]+): light-dark\((#\w+), (#\w+)\)", site)
    light = dict(re.findall(r"--([\w-]+): (#\w+)", mail))
    dark = {name: value for name, _, value in pairs if name in light}
    assert light == {name: value for name, value, _ in pairs if name in light}
    assert set(re.findall(r"(#\w{6}) !important", mail)) == set(dark.values())


def test_the_text_is_wrapped(letter):
    papers = [entry(title=f"Title {'long ' * 60}", abstract="said " * 80, authors="A. Nonymous, " * 9)] * 12
    text = part(read(letter, an_issue(*papers)), "plain")
    assert [line for line in text.splitlines() if len(line) > 72 and "://" not in line] == []
    assert "\n 1. Title" in text
    assert "\n12. Title" in text


def test_no_line_of_the_text_begins_with_what_somebody_typed(letter):
    typed = "VERIFY your account at example.org " * 9
    papers = [entry(title=typed, authors=typed, organisation=typed, abstract=typed)]
    text = part(read(letter, an_issue(*papers, title=typed)), "plain")
    assert text.count("VERIFY") > 40
    assert not re.search("^(VERIFY|your|account|at|example)", text, re.MULTILINE)


@pytest.mark.parametrize("title", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_titles(letter, lab, title):
    lab.name = title[:120]
    lab.save()
    PaperFactory(title=title, abstract=title * 3, authors=[title[:200]], organisation=lab, imported_votes=99)
    found = compose(letter.subscription, letter.day, NOW)
    mail = read(letter, found)
    assert mail.keys() == read(letter, an_issue()).keys()
    assert not mail.defects
    assert mail["Subject"].startswith("[Broadsheet] Thu 11 Sep, Papers · Minimum upvotes: 1: ")
    loads = Loads(part(mail, "html"))
    assert (loads.fetched, loads.tags.count("h2")) == ([], 3)
    assert found.papers[0].paper.plain_title in loads.text
    assert not re.search("[\u202e\u2066\x07\x1b]", loads.text + part(mail, "plain") + mail["Subject"])


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=300))
def test_any_title_arrives(title):
    letter = LetterFactory.build(subscription=SubscriptionFactory.build(), key="k" * 22)
    paper = entry(title=one_line(title) or "x")
    mail = read(letter, an_issue(paper, title="x"))
    assert not mail.defects
    assert len(mail["Subject"]) < 200
    squeezed = "".join(paper.paper.plain_title.split())
    assert squeezed in "".join(Loads(part(mail, "html")).text.split())
    assert squeezed in "".join(part(mail, "plain").split())


def test_fifty_papers_are_not_clipped(letter):
    paper = entry(
        title="A title of some length, as papers like to have " * 4,
        authors="Firstname Middlename Lastname, " * 4,
        organisation="An Institute of Something or Other, at Some Place",
        abstract="wörd & " * 57,
        code_url="https://example.org/" + "a" * 40,
        project_url="https://example.org/" + "a" * 40,
    )
    html = part(read(letter, an_issue(*[paper] * 50)), "html")
    assert html.count("<h2") == 50
    assert len(html.encode()) < GMAIL_CLIPS_AT
