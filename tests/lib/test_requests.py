"""Addresses and hosts as an attacker writes them, cookies of others, and how often something may be done."""

import gzip
from datetime import timedelta
from itertools import count
from urllib.parse import urlencode

import pytest
from django.contrib.auth.hashers import make_password
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse

from lib import throttle
from lib.compressed import FastGZipMiddleware
from lib.throttle import Limit
from papers.models import Collection, Vote
from tests.factories import UserFactory

OTHER_ADDRESSES = [
    *("-1", "0", "papers:today", "account_logout", "papers", "?q=x", "#x", "", "javascript:alert(1)", "data:,x"),
    *("//evil.example", "///evil.example", r"/\evil.example", "/\t/evil.example", "\t//evil.example", "http://["),
    *(
        "https://evil.example/",
        "http://127.0.0.1.evil.example/",
        "http://127.0.0.1@evil.example/",
        "http:/evil.example",
    ),
]
NETWORK = {"REMOTE_ADDR": "203.0.113.7"}


@pytest.mark.parametrize("address", OTHER_ADDRESSES)
def test_what_is_no_address_of_this_site_leads_nowhere(address, paper, alice, signed_in):
    vote = f"/papers/{paper.arxiv_id}/vote"
    assert signed_in(alice).act(vote, {"next": address}).url == "/papers"
    assert signed_in().post(vote, {"next": address}).url == "/accounts/login/?next=/papers"
    answer = signed_in().get(f"/papers/{paper.arxiv_id}/collections", headers={"referer": address.strip()})
    assert answer.url == "/accounts/login/?next=/papers"


@pytest.mark.parametrize("address", OTHER_ADDRESSES)
def test_signing_in_leads_to_addresses_of_this_site_alone(address, db, signed_in):
    UserFactory(username="sara", password=make_password("correct horse battery"))
    reader = signed_in()
    reader.get("/accounts/login/", {"next": address})
    answer = reader.act("/accounts/login/", {"login": "sara", "password": "correct horse battery", "next": address})
    assert (answer.status_code, answer.url) == (302, "/papers")


@pytest.mark.parametrize("address", ["/papers?q=a&sort=hot", "http://127.0.0.1/papers?q=a&sort=hot"])
def test_an_address_of_this_site_leads_there(address, paper, alice, signed_in):
    assert signed_in(alice).act(f"/papers/{paper.arxiv_id}/vote", {"next": address}).url == "/papers?q=a&sort=hot"


def test_addresses_that_are_brought_into_their_form_lead_on_however_long_and_odd(paper, stranger):
    words = " ".join(["語" * 30] * 12)
    answer = stranger.get("/papers", {"q": f"{words} has:code"})
    assert answer.url == f"/papers?{urlencode({'q': words, 'has': 'code'})}"
    assert stranger.get("http://127.0.0.1//evil.example/").url == "/evil.example"
    assert stranger.get(r"/\evil.example/").url == "/%5Cevil.example"


@pytest.mark.parametrize("host", ["127.0.0.1:1337", "localhost:1337"])
def test_links_in_mails_are_made_from_base_url(host, db, stranger, mailoutbox, settings):
    user = UserFactory(username="sara")
    stranger.get("/accounts/password/reset/", HTTP_HOST=host)
    stranger.act("/accounts/password/reset/", {"email": user.email}, HTTP_HOST=host)
    assert f"{settings.BASE_URL}/accounts/password/reset/key/" in mailoutbox[0].body
    assert "1337" not in mailoutbox[0].body


def test_another_host_is_refused(paper, stranger):
    answer = stranger.get("/papers", HTTP_HOST="evil.example")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (400, "private, no-store")
    assert "evil.example" not in answer.content.decode()


@pytest.fixture
def https(settings):
    settings.BASE_URL, settings.HTTPS, settings.ALLOWED_HOSTS = "https://site.example", True, ["site.example"]
    settings.SECURE_SSL_REDIRECT, settings.SECURE_SSL_HOST = True, "site.example"


@pytest.mark.parametrize("host", ["site.example:1337", "site.example:80", "site.example.", "127.0.0.1"])
def test_an_https_site_answers_to_its_own_port_alone(host, https, paper, stranger):
    answer = stranger.get("/papers", secure=True, HTTP_HOST=host)
    assert (answer.status_code, "Paper" in answer.content.decode()) == (400, False)
    for right in ("site.example", "SITE.example", "site.example:443"):
        assert 'class="card"' in stranger.get("/papers", secure=True, HTTP_HOST=right).content.decode()


def test_plain_http_leads_to_the_host_of_base_url(https, db, signed_in):
    reader = signed_in()
    reader.handler.load_middleware()
    for host in ("site.example", "site.example:1337", "evil.example"):
        assert reader.get("/papers?q=x", HTTP_HOST=host).url == "https://site.example/papers?q=x"


def test_a_cookie_that_is_not_ours_leaves_a_page_public(paper, stranger):
    first = stranger.get("/papers", headers={"cookie": "__cf_bm=x; _ga=y"})
    assert first.headers["Cache-Control"].startswith("public")
    again = stranger.get("/papers", headers={"cookie": "__cf_bm=z", "if-none-match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("name", ["sessionid", "messages"])
def test_a_cookie_of_ours_makes_it_private(name, paper, stranger):
    assert stranger.get("/papers", headers={"cookie": f"{name}=x"}).headers["Cache-Control"] == "private, no-cache"


def test_who_has_seen_a_form_gets_what_every_stranger_gets(paper, stranger, signed_in):
    plain, visitor = stranger.get("/papers"), signed_in()
    visitor.get("/accounts/login/")
    assert visitor.cookies["csrftoken"].value
    answer = visitor.get("/papers")
    assert (answer.content, answer.headers) == (plain.content, plain.headers)
    assert not answer.cookies
    visitor.cookies["csrftoken"] = "malformed"  # Django answers this with another cookie, which nobody else may get
    answer = visitor.get("/papers")
    assert (answer.headers["Cache-Control"], list(answer.cookies)) == ("private, no-cache", ["csrftoken"])


def test_a_method_that_pages_do_not_have_gets_no_page(paper, stranger):
    answer = stranger.options("/papers")
    assert (answer.status_code, answer.content, answer.headers["Allow"]) == (204, b"", "GET, HEAD, OPTIONS, POST")
    for method in ("PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"):
        answer = stranger.generic(method, "/papers")
        assert (answer.status_code, answer.content, answer.headers["Allow"]) == (405, b"", "GET, HEAD, OPTIONS, POST")


def refused(answer) -> bool:
    """Whether the answer is the page that says so, with the time to wait."""
    if answer.status_code != 429:
        return False
    assert answer.headers["Retry-After"] in {"1", "2"}
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "Too many requests" in answer.content.decode()
    return True


def uses(act) -> int:
    """How often something may be done at once, without what the clock's grace of a second lets through."""
    number = next(number for number in count() if refused(act()))
    return number - number // 60


@pytest.fixture
def still(time_machine):
    """The clock stands still."""
    time_machine.move_to("2026-11-28T10:00Z", tick=False)
    return time_machine


@pytest.mark.parametrize("verb", ["vote", "vote/withdraw", "bookmark", "bookmark/remove"])
def test_marks_are_limited_for_a_person(verb, paper, alice, bob, signed_in, still):
    reader, path = signed_in(alice), f"/papers/2509.08721/{verb}"
    for _ in range(60):
        assert not refused(reader.act("/papers/2509.08721/vote", headers={"hx-request": "true"}))
    assert uses(lambda: reader.act(path, headers={"hx-request": "true"})) == 60 + 1
    assert refused(reader.act("/papers/2509.08721/vote/withdraw"))
    assert Vote.objects.filter(user=alice).count() == (verb != "vote/withdraw")
    assert not refused(signed_in(bob).act(path))
    still.shift(timedelta(seconds=2))
    assert not refused(reader.act(path))


@pytest.mark.parametrize(
    ("number", "path", "data"),
    [
        (60, "/papers/following/topics/follow", {"what": "graphs"}),
        (60, "/papers/following/topics/unfollow", {"what": "graphs"}),
        (120, "/markdown?of=about", {"about": "*x*"}),
    ],
)
def test_verbs_are_limited_for_a_person(number, path, data, alice, signed_in, still):
    reader = signed_in(alice)
    assert uses(lambda: reader.act(path, data)) == number


SEARCHES = [
    *("/papers?q=x", "/papers?has=code", "/papers?q=x&export=csv", "/papers/trending?q=x", "/orgs/lab?q=x"),
    *("/papers.atom?q=x", "/embed/papers?q=x", "/about/embed?list=/papers?q%3Dx", "/papers?topic=x", "/bookmarks?q=x"),
    *("/papers/following?q=x", "/papers/2509.08721/similar?q=x", "/papers/date/2025-09-10?q=x", "/papers/week?q=x"),
    *("/people/alice?q=x", "/collections/autumn?q=x", "/orgs/lab/preview?q=x"),
    "/subscribe?list=/papers?q%3Dx&preview=1&email=sara@example.org",
]


def test_searches_are_limited_wherever_they_are_made(paper, lab, alice, signed_in, still):
    Collection.objects.create(key="autumn", name="Autumn", user=alice, visibility="public")
    reader = signed_in(alice)
    assert {reader.get(path).status_code for path in SEARCHES} == {200}
    assert uses(lambda: reader.get("/papers?q=x")) == 120 - len(SEARCHES) + 1
    for path in SEARCHES:
        answer = reader.get(path)
        assert (answer.status_code, answer.headers.get("Retry-After")) == (429, "2"), path
    for path in ("/papers", "/papers/trending", "/papers.atom", "/embed/papers", "/papers/2509.08721"):
        assert "2509.08721" in reader.get(path).content.decode()


def test_searches_are_limited_for_a_network(paper, signed_in, still):
    of_network = Limit("search network", 600, timedelta(minutes=1))
    while throttle.take((of_network, "203.0.113.0/24")) is None:
        pass
    for ip, expected in (("203.0.113.7", True), ("203.0.113.8", True), ("203.0.114.7", False)):
        assert refused(signed_in().get("/papers?q=x", REMOTE_ADDR=ip)) is expected


def test_uploads_are_limited_and_forms_without_one_are_not(alice, signed_in, still):
    """All but two of the sixty are counted without a picture, for which another process would be started."""
    reader, of_person = signed_in(alice), Limit("upload person", 60, timedelta(hours=1))

    def upload():
        return reader.act("/settings/profile", {"portrait": SimpleUploadedFile("x.png", b"no picture")})

    assert upload().status_code == 400
    assert {throttle.take((of_person, str(alice.pk))) for _ in range(58)} == {None}
    assert upload().status_code == 400
    answer = upload()
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
    assert reader.act("/settings/profile", {"about": "x"}).url == "/settings/profile"


def test_a_page_of_one_person_is_compressed_with_padding_of_random_length(alice, signed_in):
    answers = [signed_in(alice).get("/about/keys", headers={"accept-encoding": "gzip"}) for _ in range(6)]
    assert all(b"Keyboard shortcuts</h1>" in gzip.decompress(answer.content) for answer in answers)
    assert all(int(answer.headers["Content-Length"]) == len(answer.content) for answer in answers)
    assert all("Accept-Encoding" in answer.headers["Vary"] for answer in answers)
    assert len({answer.content[10:].index(0) for answer in answers}) > 1


@pytest.mark.parametrize("accepted", ["", "identity", "br", "gzip;q=0", "GZIP ; q=0.000", "gzip;q=0, br;q=1", "*"])
def test_who_does_not_accept_gzip_gets_a_page_as_it_is(accepted, paper, alice, stranger, signed_in):
    for reader in (stranger, signed_in(alice)):
        answer = reader.get("/papers", headers={"accept-encoding": accepted})
        assert b"</html>" in answer.content
        assert "Content-Encoding" not in answer.headers
        assert "Accept-Encoding" in answer.headers["Vary"]


@pytest.mark.parametrize("accepted", ["gzip", "br;q=0, gzip", "deflate, GZIP;q=0.5", "gzip;q=1.0"])
def test_who_accepts_gzip_gets_it(accepted, paper, alice, stranger, signed_in):
    for reader in (stranger, signed_in(alice)):
        answer = reader.get("/papers", headers={"accept-encoding": accepted})
        assert answer.headers["Content-Encoding"] == "gzip"
        assert b"</html>" in gzip.decompress(answer.content)


def test_an_etag_of_certain_bytes_is_one_of_their_meaning_once_they_are_compressed(rf):
    def answer(*, etag: str, **headers) -> HttpResponse:
        response = HttpResponse("a" * 1_000, headers={"ETag": etag})
        return FastGZipMiddleware(lambda request: response)(rf.get("/", headers=headers))

    assert answer(etag='"a"', accept_encoding="gzip").headers["ETag"] == 'W/"a"'
    assert answer(etag='W/"a"', accept_encoding="gzip").headers["ETag"] == 'W/"a"'
    assert answer(etag='"a"').headers["ETag"] == '"a"'
