"""The sitemap: valid files of all public pages and no others, by a bounded number of statements."""

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import etree

from lib import xml
from papers.models import Affiliation, Collection, Item, Paper
from papers.syndication import sitemap
from tests.factories import NOON, OrganisationFactory, PaperFactory

pytestmark = pytest.mark.django_db
SITE = "http://127.0.0.1:8000"
NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
SCHEMA = etree.RelaxNG(etree.parse(Path(__file__).with_name("sitemap.rng")))
EARLIER = datetime(2025, 9, 12, 8, 30, tzinfo=UTC)
LATER = datetime(2025, 9, 14, 20, 15, tzinfo=UTC)


def read(reader, path: str) -> dict[str, str]:
    """Return the paths in a file with their last changes, or ""."""
    answer = reader.get(path)
    assert answer.headers["Content-Type"] == "application/xml"
    tree = xml.parse(answer.content)
    SCHEMA.assertValid(tree)
    found = {}
    for row in tree:
        address = row.findtext("s:loc", namespaces=NAMES)
        assert address.startswith(SITE)
        found[address.removeprefix(SITE)] = row.findtext("s:lastmod", "", NAMES)
    assert len(found) == len(tree)
    return found


def everything(reader) -> dict[str, str]:
    return {address: when for file in read(reader, "/sitemap.xml") for address, when in read(reader, file).items()}


def set_changed(paper: Paper, moment: datetime) -> Paper:
    Paper.objects.filter(pk=paper.pk).update(changed_at=moment)
    return paper


@pytest.fixture
def file_size(monkeypatch) -> int:
    """The number of ids in a file, which puts two papers in one file and one in the next."""
    first = set_changed(PaperFactory(arxiv_id="2509.00001"), EARLIER)
    size = first.pk + 2
    monkeypatch.setattr(sitemap, "MAX_ADDRESSES", size)
    set_changed(PaperFactory(arxiv_id="hep-th/9901001", pk=first.pk + 1), LATER)
    set_changed(PaperFactory(arxiv_id="2509.00003", pk=size), EARLIER)
    return size


def test_papers_are_cut_by_their_ids(file_size, stranger):
    index = read(stranger, "/sitemap.xml")
    assert index["/sitemap-papers-0.xml"] == "2025-09-14T20:15:00+00:00"
    assert index["/sitemap-papers-1.xml"] == "2025-09-12T08:30:00+00:00"
    assert read(stranger, "/sitemap-papers-0.xml") == {
        "/papers/2509.00001": "2025-09-12T08:30:00+00:00",
        "/papers/hep-th/9901001": "2025-09-14T20:15:00+00:00",
    }
    assert read(stranger, "/sitemap-papers-1.xml") == {"/papers/2509.00003": "2025-09-12T08:30:00+00:00"}


def test_every_address_is_a_page(file_size, lab, alice, stranger):
    autumn = Collection.objects.create(key="autumn", name="A", user=alice, visibility="public")
    Item.objects.add(alice, autumn, [file_size])
    pages = everything(stranger)
    assert {"/", "/orgs/lab", "/collections/autumn", "/papers/date/2025-09-10", "/papers/week/2025-W37"} < set(pages)
    for address in pages:
        answer = stranger.get(address)
        assert (answer.status_code, "noindex" in answer.content.decode()) == (200, False), address


@pytest.mark.parametrize("path", ["/sitemap-papers-7.xml", "/sitemap-people-0.xml", f"/sitemap-papers-{10**30}.xml"])
def test_what_is_no_file(paper, stranger, path):
    assert stranger.get(path).status_code == 404
    assert path not in read(stranger, "/sitemap.xml")


def test_an_empty_site(stranger):
    assert read(stranger, "/sitemap.xml") == {"/sitemap-lists.xml": ""}
    assert read(stranger, "/sitemap-lists.xml")["/papers/trending"] == ""


def test_lists_changed_when_one_of_their_papers_did(stranger):
    for day, moment in ((1, EARLIER), (7, LATER), (8, EARLIER)):  # a Monday; the Sunday of its week; the next Monday
        set_changed(PaperFactory(listed_at=NOON.replace(day=day)), moment)
    changes = read(stranger, "/sitemap-lists.xml")
    early, late = "2025-09-12T08:30:00+00:00", "2025-09-14T20:15:00+00:00"
    assert changes["/papers/date/2025-09-01"] == changes["/papers/date/2025-09-08"] == early
    assert changes["/papers/date/2025-09-07"] == late
    assert (changes["/papers/week/2025-W36"], changes["/papers/week/2025-W37"]) == (late, early)
    assert changes["/papers/month/2025-09"] == late


def test_what_is_to_come_is_not_told(stranger, time_machine):
    time_machine.move_to(NOON.replace(day=9))
    PaperFactory()
    assert read(stranger, "/sitemap.xml") == {"/sitemap-lists.xml": ""}
    assert not any("2025-09" in address for address in everything(stranger))
    assert stranger.get("/sitemap-papers-0.xml").status_code == 404


def test_an_organisation_changed_when_a_paper_came(lab, alice, stranger, time_machine):
    before = read(stranger, "/sitemap-organisations-0.xml")["/orgs/lab"]
    assert before == f"{lab.updated_at:%Y-%m-%dT%H:%M:%S+00:00}"
    time_machine.move_to(datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC))
    Affiliation.objects.suggest(alice, lab, PaperFactory())
    assert read(stranger, "/sitemap-organisations-0.xml")["/orgs/lab"] == before
    Affiliation.objects.accept(alice, lab, PaperFactory())
    time_machine.move_to(datetime(2030, 1, 2, 5, 0, 0, tzinfo=UTC))
    assert read(stranger, "/sitemap-organisations-0.xml")["/orgs/lab"] == "2030-01-02T03:04:05+00:00"


def test_what_not_everybody_finds_is_not_told(lab, alice, bob, stranger):
    collections = {
        "open": {"user": alice, "visibility": "public"},
        "by-link": {"user": alice, "visibility": "unlisted"},
        "own": {"user": alice, "visibility": "private"},
        "hidden": {"user": bob, "visibility": "public"},
        "labs": {"organisation": lab, "visibility": "private"},
    }
    for key, values in collections.items():
        collection = Collection.objects.create(key=key, name=key, **values)
        Item.objects.add(values.get("user", alice), collection, [PaperFactory().pk])
    Collection.objects.create(key="empty", name="Empty", user=alice, visibility="public")
    bob.shows_collections = False
    bob.save()
    assert read(stranger, "/sitemap-collections-0.xml").keys() == {"/collections/open"}
    assert not any("/people/" in address for address in everything(stranger))


STATEMENTS = {
    "/sitemap.xml": 3,
    "/sitemap-lists.xml": 1,
    "/sitemap-papers-0.xml": 1,
    "/sitemap-organisations-0.xml": 1,
}


@pytest.mark.parametrize("path", STATEMENTS)
@pytest.mark.parametrize("rows", [1, 30])
def test_a_file_is_read_from_the_database_once_an_hour(stranger, path, rows, time_machine):
    for day in range(1, rows + 1):
        PaperFactory(organisation=OrganisationFactory(), listed_at=NOON.replace(day=day))
    time_machine.move_to(datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC))
    with CaptureQueriesContext(connection) as statements:
        first = stranger.get(path)
    assert len(statements) == STATEMENTS[path], [s["sql"] for s in statements]
    with CaptureQueriesContext(connection) as statements:
        again = stranger.get(path, headers={"if-none-match": first.headers["ETag"]})
        others = [stranger.get(f"{path}?{number}").content for number in range(2)]
        others.append(stranger.get(path.replace("-0.xml", "-000.xml")).content)
    assert (again.status_code, again.content, others) == (304, b"", [first.content] * 3)
    assert not statements.captured_queries
    time_machine.move_to(datetime(2030, 1, 2, 4, 4, 6, tzinfo=UTC))
    with CaptureQueriesContext(connection) as statements:
        stranger.get(path)
    assert len(statements) == STATEMENTS[path]


def test_a_file_is_the_same_for_everybody_and_kept_by_others(paper, alice, signed_in, stranger):
    theirs, hers = stranger.get("/sitemap.xml"), signed_in(alice).get("/sitemap.xml")
    assert theirs.content == hers.content
    for answer in (theirs, hers):
        assert (
            answer.headers["Cache-Control"] == "public, max-age=3600, stale-while-revalidate=36000, stale-if-error=600"
        )
        assert "Cookie" not in answer.headers["Vary"]
        assert "Set-Cookie" not in answer.headers


def test_a_paper_that_comes_or_changes_changes_the_etag(paper, stranger, time_machine):
    tags = []
    for hour, change in enumerate(
        [lambda: None, lambda: set_changed(paper, LATER), lambda: set_changed(PaperFactory(), EARLIER)]
    ):
        change()
        time_machine.move_to(datetime(2030, 1, 2, 2 * hour, tzinfo=UTC))
        tags.append(stranger.get("/sitemap-papers-0.xml").headers["ETag"])
    assert len(set(tags)) == 3


def test_it_goes_compressed(file_size, stranger):
    packed = stranger.get("/sitemap-lists.xml", headers={"accept-encoding": "gzip"})
    assert b"<urlset" in gzip.decompress(packed.content)
