"""A paper is deleted while somebody does something with it."""

import time
from functools import partial
from threading import Thread

import pytest
from django.db import IntegrityError, connection, transaction

from papers import audit
from papers.models import Collection, Item
from tests.factories import PaperFactory, UserFactory
from tests.race import race

WAITS = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid())"
VERBS = {
    "vote": {},
    "bookmark": {},
    "seen": {},
    "dismiss": {},
    "collections/add": {"collection": "autumn"},
    "collections/begin": {"name": "Winter"},
}


def until_somebody_waits() -> None:
    """Returns once another session of PostgreSQL waits for a lock."""
    for _ in range(500):
        with connection.cursor() as cursor:
            cursor.execute(WAITS)
            if cursor.fetchone() == (True,):
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits")


@pytest.mark.django_db(transaction=True)
def test_who_marks_or_collects_a_paper_that_is_being_deleted_is_told(alice, paper, signed_in):
    Collection.objects.create(key="autumn", name="Autumn", user=alice)
    reader, answers = signed_in(alice), {}

    def act(verb, data):
        answers[verb] = reader.act(f"/papers/{paper.arxiv_id}/{verb}", data)
        connection.close()

    for verb, data in VERBS.items():
        thread = Thread(target=act, args=[verb, data])
        with transaction.atomic():
            paper.delete()
            thread.start()
            until_somebody_waits()
        thread.join()
        assert answers[verb].status_code == 404
        assert "Nothing was changed, because something has just been deleted." in answers[verb].content.decode()
        paper = PaperFactory(arxiv_id=paper.arxiv_id)
    assert audit.mismatches() == []


@pytest.mark.django_db(transaction=True)
def test_papers_are_deleted_while_they_are_put_into_other_collections():
    reader = UserFactory()
    source, target = (Collection.objects.create(key=key, name=key, user=reader) for key in ("source", "target"))
    papers = [PaperFactory() for _ in range(4)]
    pks = [paper.pk for paper in papers]
    Item.objects.add(reader, source, pks)
    transfers = [partial(Item.objects.transfer, reader, source, target, [pk]) for pk in pks]
    results = race(*(paper.delete for paper in papers), *transfers)
    assert {type(result) for result in results if isinstance(result, Exception)} <= {IntegrityError}
    assert list(Collection.objects.values_list("paper_count", flat=True)) == [0, 0]
    assert audit.mismatches() == []
