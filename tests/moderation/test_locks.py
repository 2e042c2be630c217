"""Decisions lock rows in the order in which everybody else does, so that no two transactions wait for each other."""

from threading import Thread

import pytest
from django.db import OperationalError, connection

from papers.models import Paper, RemovedPaper
from papers.models.item import PAPERS_LOCK
from tests.factories import PaperFactory
from tests.moderation.conftest import other_paper, take
from tests.race import until_somebody_waits

ROW = "SELECT id FROM papers_paper WHERE id = {} FOR NO KEY UPDATE"
DELETION = f"SELECT pg_advisory_xact_lock({PAPERS_LOCK})"


def meanwhile(first: str, act, second: str) -> None:
    """Another transaction locks `first`, then `act` begins in a thread, then the other transaction locks `second`.

    PostgreSQL ends one of the two with an error if they wait for each other. The error of the other is raised here.
    """
    errors = []

    def run():
        try:
            act()
        except OperationalError as error:
            errors.append(error)
        finally:
            connection.close()

    other, thread = connection.copy(), Thread(target=run)
    with other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute(first)
        thread.start()
        until_somebody_waits()
        cursor.execute(second)
        cursor.execute("ROLLBACK")
    other.close()
    thread.join()
    assert errors == []


@pytest.mark.django_db(transaction=True)
def test_a_merge_locks_both_papers_in_the_order_of_their_keys(mo):
    into, old = other_paper(), PaperFactory(arxiv_id="2509.08721")
    assert into.pk < old.pk
    meanwhile(ROW.format(into.pk), lambda: take(mo, "merge", old), ROW.format(old.pk))
    assert Paper.objects.get() == into


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("decision", ["remove", "merge"])
def test_who_removes_a_paper_waits_for_deletions_before_locking_it(mo, decision):
    into, old = other_paper(), PaperFactory(arxiv_id="2509.08721")
    meanwhile(DELETION, lambda: take(mo, decision, old), f"{ROW.format(into.pk)}; {ROW.format(old.pk)}")
    assert RemovedPaper.objects.get().arxiv_id == old.arxiv_id
