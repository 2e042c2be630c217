"""Counters and their rows: under simultaneous voters, when people leave, and in the audit."""

from functools import partial
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from papers import audit
from papers.models import Collection, Day, Item, Paper, SearchEntry, Vote
from tests.factories import PaperFactory, UserFactory, appoint
from tests.race import race


@pytest.mark.django_db(transaction=True)
def test_fifty_readers_vote_at_once():
    paper = PaperFactory(imported_votes=7)
    readers = [UserFactory() for _ in range(50)]

    def vote(reader, withdraws):
        for _ in range(2):
            Vote.objects.make(reader, paper)
        if withdraws:
            Vote.objects.unmake(reader, paper)

    race(*(partial(vote, reader, i % 5 == 0) for i, reader in enumerate(readers)))
    paper.refresh_from_db()
    assert (paper.vote_count, Vote.objects.count()) == (7 + 40, 40)
    assert audit.mismatches() == []


@pytest.mark.django_db(transaction=True)
def test_one_reader_votes_in_twenty_windows_at_once():
    paper, reader = PaperFactory(), UserFactory()
    race(*[partial(Vote.objects.make, reader, paper)] * 20)
    paper.refresh_from_db()
    assert (paper.vote_count, paper.revision) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_a_vote_that_another_window_withdraws_while_it_is_cast_again_is_cast():
    paper, reader = PaperFactory(), UserFactory()
    Vote.objects.make(reader, paper)
    withdrawals = [partial(Vote.objects.unmake, reader, paper)]

    def withdraw_afterwards(execute, *args):
        execute(*args)
        while withdrawals:
            race(withdrawals.pop())

    with connection.execute_wrapper(withdraw_afterwards):
        assert Vote.objects.make(reader, paper)
    paper.refresh_from_db()
    assert (paper.vote_count, Vote.objects.count(), audit.mismatches()) == (1, 1, [])


def test_who_leaves_takes_the_votes_along(paper, alice, bob):
    for reader in (alice, bob):
        Vote.objects.make(reader, paper)
    alice.delete()
    paper.refresh_from_db()
    assert paper.vote_count == 1
    assert audit.mismatches() == []


ADMIN = "/admin/papers/paper/"
SELECTED = {"action": "delete_selected", "post": "yes"}
DELETIONS = {
    "row": lambda paper, reader: paper.delete(),
    "rows": lambda paper, reader: Paper.objects.filter(items__paper=paper).delete(),
    "admin, one": lambda paper, reader: reader.act(f"{ADMIN}{paper.pk}/delete/", {"post": "yes"}),
    "admin, several": lambda paper, reader: reader.act(ADMIN, SELECTED | {"_selected_action": [paper.pk]}),
}


@pytest.mark.parametrize("delete", DELETIONS.values(), ids=DELETIONS.keys())
def test_a_paper_that_is_deleted_anywhere_is_counted_nowhere(delete, paper, alice, signed_in):
    stays = PaperFactory(listed_at=paper.listed_at)
    both, removed = (Collection.objects.create(key=key, name=key, user=alice) for key in ("both", "removed"))
    for collection in (both, removed):
        Item.objects.add(alice, collection, [paper.pk, stays.pk])
    Item.objects.remove(alice, removed, [paper.pk])
    delete(paper, signed_in(appoint(UserFactory(is_staff=True, is_superuser=True))))
    assert list(Paper.objects.all()) == [stays]
    assert list(Collection.objects.values_list("paper_count", flat=True)) == [1, 1]
    assert Day.objects.get().paper_count == 1
    assert audit.mismatches() == []


@pytest.mark.django_db(transaction=True)
def test_a_paper_is_deleted_while_others_are_put_beside_it():
    reader = UserFactory()
    collections = [Collection.objects.create(key=key, name=key, user=reader) for key in ("a", "b", "c")]
    old, new = ([PaperFactory() for _ in range(6)] for _ in range(2))
    for paper, collection in zip(old, collections * 2, strict=True):
        Item.objects.add(reader, collection, [paper.pk])
    additions = [
        partial(Item.objects.add, reader, collection, [paper.pk])
        for paper, collection in zip(new, collections * 2, strict=True)
    ]
    results = race(*(paper.delete for paper in old), *additions)
    assert [result for result in results if isinstance(result, Exception)] == []
    assert list(Collection.objects.values_list("paper_count", flat=True)) == [2, 2, 2]
    assert (Day.objects.get().paper_count, audit.mismatches()) == (6, [])


def test_audit_finds_and_mends_every_kind_of_drift(paper):
    Paper.objects.update(vote_count=9, author_count=5)
    Day.objects.update(paper_count=4)
    SearchEntry.objects.all().delete()
    out = StringIO()
    with pytest.raises(CommandError) as error:
        call_command("audit", stdout=out)
    assert error.value.returncode == 1
    assert out.getvalue().splitlines() == [
        "2509.08721: vote_count is 9, should be 0",
        "2509.08721: author_count is 5, should be 2",
        "2509.08721: search entries is 0, should be 1",
        "2025-09-10: paper_count is 4, should be 1",
    ]
    call_command("audit", fix=True, stdout=StringIO())
    assert audit.mismatches() == []
    paper.refresh_from_db()
    assert (paper.vote_count, paper.author_count, paper.entry.topics) == (0, 2, [])


def test_audit_is_quiet_when_all_is_well(paper):
    out = StringIO()
    call_command("audit", stdout=out)
    assert out.getvalue() == "Every counter agrees with its rows.\n"


def test_a_day_without_papers_is_no_day(paper):
    Paper.objects.all().delete()
    assert not Day.objects.exists()
