"""Search without vectors, and with a database that takes too long: what readers and operators see."""

import time
from threading import Thread

import pytest
from django.core.cache import caches
from django.db import InternalError, connection, transaction

from papers.models import Paper
from papers.search import indexing, results
from papers.search.embedding import Unavailable
from tests.factories import PaperFactory
from tests.papers.search import library as sample_papers
from tests.papers.search.reading import keys, notes, reasons, text
from tests.papers.search.test_embedding_endpoint import Service


def assert_words_alone(stranger):
    page = stranger.get("/papers?q=graph+drugs")
    assert reasons(page) == {"molecules": "Every word"}
    assert notes(page) == []
    assert "Meaning only" not in text(page)
    assert keys(stranger.get("/papers?q=finding+cancer+in+scans")) == []
    assert keys(stranger.get("/papers?q=finding+cancer&by=meaning")) == []
    assert "Similar papers" not in text(stranger.get(page_of := Paper.objects.first().get_absolute_url()))
    assert "No similar papers yet." in text(stranger.get(f"{page_of}/similar"))


def test_without_a_model_words_are_enough(settings, db, stranger):
    settings.EMBEDDING = "none"
    sample_papers.fill()
    sample_papers.index()
    assert_words_alone(stranger)


def test_without_pgvector_words_are_enough(without_pgvector, stranger):
    sample_papers.fill()
    sample_papers.index()
    assert_words_alone(stranger)


@pytest.fixture
def service(settings):
    """An embedding service, in use."""
    with Service() as service:
        Thread(target=service.serve_forever, args=[0.01]).start()
        service.sends((0, [1.0] * 384))
        settings.EMBEDDING, settings.EMBEDDING_MODEL = service.base, "small"
        yield service
        service.shutdown()


def test_a_service_that_fails_is_soon_left_in_peace(service, db):
    PaperFactory.create_batch(20)
    service.status = 500
    with pytest.raises(Unavailable) as error:
        indexing.embed()
    assert "answered 500" in str(error.value)
    number = len(service.requests)
    time.sleep(0.2)
    assert len(service.requests) == number


def test_a_service_that_fails_is_done_without_and_both_reader_and_operator_are_told(service, db, stranger, caplog):
    sample_papers.fill()
    sample_papers.index()
    service.status = 500
    page = stranger.get("/papers?q=graph+drugs")
    assert reasons(page) == {"molecules": "Every word"}
    assert notes(page) == ["Search by meaning is unavailable right now. These papers match by words."]
    [line] = [record for record in caplog.records if record.name == "papers.search.results"]
    assert line.levelname == "ERROR"
    assert line.getMessage().startswith("Searches leave out meaning")
    assert "answered 500" in line.exc_text


def test_the_note_goes_when_the_service_is_back_though_the_rows_are_the_same(service, db, stranger, monkeypatch):
    monkeypatch.setattr(results, "PAUSE_SECONDS", 0)
    sample_papers.fill()
    sample_papers.index()
    for status, noted in ((500, 1), (200, 0)):
        service.status = status
        caches["searches"].clear()
        assert len(notes(stranger.get("/papers?q=graph&has=code"))) == noted


@pytest.mark.parametrize("table", ["papers_word", "papers_searchentry", "papers_embedding"])
def test_a_search_that_takes_too_long_is_ended_and_says_so(locked, stranger, monkeypatch, caplog, table):
    sample_papers.fill()
    sample_papers.index()
    stranger.get("/papers?q=warm")  # reads the model, and whether there are vectors
    monkeypatch.setattr(results, "TIMEOUT_MS", 100)
    locked(table)
    answer = stranger.get("/papers?q=graph")
    assert answer.status_code == 503
    assert "This search takes too long." in text(answer)
    [line] = [record for record in caplog.records if record.name == "papers.search.results"]
    assert (line.levelname, line.getMessage()) == ("ERROR", "A search took more than 100 ms.")
    assert "arXiv id" not in line.exc_text


@pytest.mark.parametrize("query", ["min_votes=1", "q=graph&sort=newest&by=words"])
def test_a_filter_that_takes_too_long_is_ended_and_says_so(locked, stranger, monkeypatch, query):
    sample_papers.fill()
    sample_papers.index()
    stranger.get(f"/papers?{query}")  # what was found is kept, its rows are not
    monkeypatch.setattr(results, "TIMEOUT_MS", 100)
    locked("papers_paper")
    answer = stranger.get(f"/papers?{query}")
    assert answer.status_code == 503
    assert "Use rarer words or fewer filters." in text(answer)


def test_a_paper_is_shown_though_those_similar_to_it_take_too_long(locked, stranger, monkeypatch):
    papers = sample_papers.fill()
    sample_papers.index()
    address = papers["chain"].get_absolute_url()
    assert "Similar papers" in text(stranger.get(address))
    caches["searches"].clear()
    monkeypatch.setattr(results, "TIMEOUT_MS", 100)
    locked("papers_embedding")
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 100")
        page = stranger.get(address)
        cursor.execute("RESET statement_timeout")
    assert page.status_code == 200
    assert "Language models solve problems step by step." in text(page)
    assert "Similar papers" not in text(page)
    assert stranger.get(f"{address}/similar").status_code == 503


SETTINGS = "SELECT name, setting FROM pg_settings WHERE name NOT LIKE '%.%' ORDER BY name"


def test_a_search_leaves_a_longer_transaction_as_it_is(paper, stranger):
    with transaction.atomic(), connection.cursor() as cursor:
        before = cursor.execute(SETTINGS).fetchall()
        page = stranger.get("/papers?q=paper&min_votes=0&sort=newest")
        assert page.content.decode().count('class="card"') == 1
        assert cursor.execute(SETTINGS).fetchall() == before
        Paper.objects.update(vote_count=5)  # it can be written, too
    assert Paper.objects.get().vote_count == 5


def test_a_search_only_reads(paper):
    with pytest.raises(InternalError, match="read-only transaction"), results.time_limit():
        Paper.objects.update(vote_count=5)
