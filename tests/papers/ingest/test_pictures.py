"""Pictures of papers: fetched from known hosts once, shown on cards from this site, and never in anybody's way."""

import re
from datetime import timedelta

import httpx2
import pytest
import stamina
from django.core.files.storage import default_storage
from django.utils import timezone

from bench.hostile_pictures import flat, png
from lib.images import small
from papers.ingest import pictures
from papers.ingest.client import Client, TemporaryError
from papers.ingest.record import PaperRecord
from papers.ingest.save import save
from papers.models import Paper
from papers.tasks import clear_pictures
from tests.factories import PaperFactory
from tests.lib.pdf import INK, pdf

MEDIA = "https://cdn-uploads.huggingface.co/production/uploads/1/figure.png"
PDF = "https://export.arxiv.org/pdf/2509.08721"


class Hosts:
    """Fakes of the Hub's and arXiv's files: bodies, statuses, or responses by URL."""

    def __init__(self):
        self.files, self.urls = {}, []
        self.client = Client(httpx2.MockTransport(self.respond), sleep=lambda seconds: None, clock=lambda: 0)

    def respond(self, request):
        self.urls.append(str(request.url))
        file = self.files.get(str(request.url), 404)
        if isinstance(file, httpx2.Response):
            return file
        return httpx2.Response(file) if isinstance(file, int) else httpx2.Response(200, content=file)

    def refresh(self) -> int:
        return pictures.refresh(self.client)


@pytest.fixture
def hosts(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with stamina.set_testing(True, attempts=1, cap=True):
        yield Hosts()


def paper(**fields) -> Paper:
    return PaperFactory(**{"arxiv_id": "2509.08721", "listed_at": timezone.now() - timedelta(days=1)} | fields)


def thumbnails(reader) -> list[str]:
    return re.findall(r'<a class="thumbnail".*?<img src="([^"]*)"', reader.get("/papers").content.decode(), re.DOTALL)


def test_a_paper_shows_the_picture_of_its_source(hosts, stranger):
    row = paper(media_urls=[MEDIA])
    assert thumbnails(stranger) == []
    hosts.files[MEDIA] = flat("PNG", (2000, 900))
    assert hosts.refresh() == 1
    row.refresh_from_db()
    assert hosts.urls == [MEDIA]
    assert thumbnails(stranger) == [f"/media/{small(row.picture)}"]
    answer = stranger.get(f"/media/{row.picture}")
    assert b"".join(answer.streaming_content)[8:12] == b"WEBP"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert (hosts.refresh(), hosts.urls) == (0, [MEDIA])


def test_without_one_it_shows_its_first_page_until_the_source_has_one(hosts):
    row = paper()
    hosts.files = {PDF: pdf(INK), MEDIA: flat("PNG")}
    assert hosts.refresh() == 1
    row.refresh_from_db()
    first = row.picture
    record = {"arxiv_id": row.arxiv_id, "title": row.title, "published_at": row.published_at}
    save([PaperRecord.from_source(**record, media_urls=[MEDIA])])
    assert hosts.refresh() == 1
    row.refresh_from_db()
    assert row.picture not in ("", first)
    assert row.picture_source == MEDIA


def test_if_the_picture_of_its_source_fails_it_shows_its_first_page(hosts):
    row = paper(media_urls=[MEDIA])
    hosts.files = {PDF: pdf(INK), MEDIA: 404}
    assert [hosts.refresh(), hosts.refresh()] == [1, 0]
    row.refresh_from_db()
    assert row.picture


REFUSED = {
    "not there": 404,
    "no picture": b"<html>",
    "a picture of 3,600 million pixels": png(60_000, 60_000),
    "too long": b"\x89PNG\r\n\x1a\n" + bytes(6_000_000),
    "elsewhere": httpx2.Response(302, headers={"Location": "https://example.org/figure.png"}),
    "to this machine": httpx2.Response(302, headers={"Location": "http://127.0.0.1:5432/"}),
    "to a name of this machine": httpx2.Response(302, headers={"Location": "https://localhost/"}),
}


@pytest.mark.parametrize("file", REFUSED)
def test_what_is_no_picture_of_a_known_host_is_tried_once(hosts, file, stranger, tmp_path):
    row = paper(media_urls=[MEDIA])
    hosts.files[MEDIA] = REFUSED[file]
    assert [hosts.refresh(), hosts.refresh()] == [0, 0]
    assert hosts.urls == [MEDIA, PDF]
    row.refresh_from_db()
    assert (row.picture, row.picture_source) == ("", MEDIA)
    assert thumbnails(stranger) == list(tmp_path.rglob("*.webp")) == []


@pytest.mark.parametrize("url", ["https://example.org/a.png", "https://127.0.0.1/a.png", "http://huggingface.co/a.png"])
def test_an_unknown_host_is_not_asked(hosts, url):
    paper(media_urls=[url])
    assert (hosts.refresh(), hosts.urls) == (0, [PDF])


def test_a_host_that_is_down_is_asked_again(hosts):
    row = paper(media_urls=[MEDIA])
    hosts.files[MEDIA] = 503
    with pytest.raises(TemporaryError):
        hosts.refresh()
    hosts.files[MEDIA] = flat("PNG")
    assert hosts.refresh() == 1
    row.refresh_from_db()
    assert row.picture


def test_old_and_withdrawn_papers_are_left_alone(hosts):
    paper(listed_at=timezone.now() - timedelta(days=30), media_urls=[MEDIA])
    paper(arxiv_id="2509.00001", withdrawn_at=timezone.now())
    assert (hosts.refresh(), hosts.urls) == (0, [])


def test_the_nightly_sweep_keeps_what_is_shown(hosts, monkeypatch):
    row = paper(media_urls=[MEDIA])
    hosts.files[MEDIA] = flat("PNG")
    hosts.refresh()
    row.refresh_from_db()
    monkeypatch.setattr("lib.images.KEPT_SECONDS", -10)
    clear_pictures(0)
    assert default_storage.exists(row.picture)
    Paper.objects.filter(pk=row.pk).update(picture="")
    clear_pictures(0)
    assert not default_storage.exists(row.picture)
