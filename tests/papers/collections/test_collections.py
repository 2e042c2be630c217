"""Collections: whose they are, who reads them, what is in them and in which order."""

from datetime import timedelta
from math import log2

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lib.refusals import BadInput
from orgs.merging import merge
from orgs.models import Membership
from orgs.roles import Role
from papers import audit
from papers.models import Collection, CollectionFollow, Item
from papers.models.collection import _LETTERS, Visibility
from tests.factories import OrganisationFactory, PaperFactory, UserFactory, appoint
from tests.papers.collections.shelf import order, shelf
from tests.race import race


def test_a_collection_is_found_under_its_name_whatever_the_case(alice):
    first = shelf(alice, "Reading  group")
    assert first.key.startswith("reading-group-")
    assert len(first.key.rpartition("-")[2]) * log2(len(_LETTERS)) >= 128  # bits
    assert Collection.objects.begin(alice, alice, "READING GROUP") == first
    assert first.visibility == Visibility.PRIVATE


def test_names_are_ones_own(alice, bob, lab):
    assert len({shelf(owner, "Autumn").pk for owner in (alice, bob, lab)}) == 3


@pytest.mark.parametrize("name", ["", "  ", "\u200b\u202e", "n" * 121])
def test_a_name_that_cannot_be_is_refused(alice, name):
    with pytest.raises(BadInput, match="1 to 120 characters"):
        Collection.objects.begin(alice, alice, name)


def test_a_collection_has_exactly_one_owner(alice, lab):
    for owners in ({}, {"user": alice, "organisation": lab}):
        with pytest.raises(IntegrityError, match="one_owner"), transaction.atomic():
            Collection.objects.create(key=f"k{len(owners)}", name="N", **owners)


def test_adding_keeps_the_order_and_twice_is_once(alice, four):
    collection = shelf(alice, papers=four)
    assert order(collection) == list("ABCD")
    assert Item.objects.add(alice, collection, [four[2].pk]) == 0
    collection.refresh_from_db()
    assert (order(collection), collection.paper_count) == (list("ABCD"), 4)


@pytest.mark.parametrize(
    ("where", "other", "after"),
    [
        ("top", None, "CABD"),
        ("bottom", None, "ABDC"),
        ("above", 0, "CABD"),
        ("above", 1, "ACBD"),
        ("below", 0, "ACBD"),
        ("below", 3, "ABDC"),
        ("above", 3, "ABCD"),
    ],
)
def test_moving_is_absolute_so_that_twice_is_once(alice, four, where, other, after):
    collection = shelf(alice, papers=four)
    for _ in range(2):
        Item.objects.move(alice, collection, four[2].pk, where, other is not None and four[other].pk)
        assert order(collection) == list(after)


def test_moving_one_of_many_writes_two_rows(alice):
    papers = [PaperFactory() for _ in range(40)]
    collection = shelf(alice, papers=papers)
    before = {item.paper_id: item.position for item in collection.items.all()}
    with CaptureQueriesContext(connection) as statements:
        Item.objects.move(alice, collection, papers[7].pk, "above", papers[30].pk)
    after = {item.paper_id: item.position for item in collection.items.all()}
    assert [paper for paper in before if before[paper] != after[paper]] == [papers[7].pk]
    assert sum(s["sql"].startswith("UPDATE") for s in statements) == 2  # the item, and when its collection changed


def test_what_was_removed_comes_back_with_its_note_to_where_it_stood(alice, four):
    collection = shelf(alice, papers=four)
    Item.objects.write_note(alice, collection, four[1].pk, "Read this.", "")
    assert Item.objects.remove(alice, collection, [four[1].pk]) == 1
    assert Item.objects.remove(alice, collection, [four[1].pk]) == 0
    Item.objects.move(alice, collection, four[3].pk, "below", four[0].pk)
    assert order(collection) == list("ADC")
    Item.objects.add(alice, collection, [four[1].pk])
    collection.refresh_from_db()
    assert sorted(order(collection)) == list("ABCD")
    assert (collection.items.get(paper=four[1]).note, collection.paper_count) == ("Read this.", 4)


def test_what_was_removed_is_forgotten_after_a_month(alice, four, time_machine):
    collection = shelf(alice, papers=four)
    Item.objects.remove(alice, collection, [four[1].pk])
    now = timezone.now()
    time_machine.move_to(now + timedelta(days=29))
    Item.objects.forget_removed()
    assert collection.items.count() == 4
    time_machine.move_to(now + timedelta(days=31))
    Item.objects.forget_removed()
    assert collection.items.count() == 3


def test_a_paper_that_is_gone_is_no_place_to_move_to(alice, four):
    collection = shelf(alice, papers=four)
    Item.objects.remove(alice, collection, [four[0].pk])
    for where in ("above", "below"):
        with pytest.raises(BadInput, match="no longer in the collection"):
            Item.objects.move(alice, collection, four[2].pk, where, four[0].pk)
    assert order(collection) == list("BCD")


def test_papers_move_to_another_collection_with_their_notes(alice, four):
    source, target = shelf(alice, papers=four), shelf(alice, "Winter", papers=[four[1]])
    for collection, note in ((source, "From autumn."), (target, "Winter's own.")):
        Item.objects.write_note(alice, collection, four[1].pk, note, "")
    Item.objects.write_note(alice, source, four[3].pk, "Moved as it was.", "")
    assert Item.objects.transfer(alice, source, target, [four[3].pk, four[1].pk]) == 2
    assert (order(source), order(target)) == (list("AC"), list("BD"))
    assert target.items.get(paper=four[1]).note == "Winter's own.\n\nFrom autumn."
    assert target.items.get(paper=four[3]).note == "Moved as it was."
    assert audit.mismatches() == []


def test_merging_appends_and_ends_the_first(alice, bob, four):
    source = shelf(alice, papers=four[1:], visibility=Visibility.PUBLIC)
    target = shelf(alice, "Winter", papers=four[:2], visibility=Visibility.PUBLIC)
    CollectionFollow.objects.make(bob, source)
    assert Item.objects.merge(alice, source, target) == 3
    assert order(target) == list("ABCD")
    assert list(Collection.objects.all()) == [target]
    assert [follow.collection for follow in CollectionFollow.objects.of(bob)] == [target]
    assert audit.mismatches() == []


def test_a_collection_of_five_thousand_is_full_at_ten(alice, four, monkeypatch):
    monkeypatch.setattr("papers.models.item.MOST", 3)
    collection = shelf(alice, papers=four[:3])
    with pytest.raises(BadInput, match="more than 3 papers"):
        Item.objects.add(alice, collection, [four[3].pk])


@pytest.mark.django_db(transaction=True)
def test_many_who_arrange_at_once_never_take_the_same_place(alice, four):
    collection = shelf(alice, papers=four)
    moves = [
        lambda paper=paper: Item.objects.move(alice, collection, paper.pk, "above", four[0].pk) for paper in four[1:]
    ]
    adds = [lambda: Item.objects.add(alice, collection, [four[0].pk, PaperFactory().pk]) for _ in range(3)]
    results = race(*moves, *adds)
    assert [r for r in results if isinstance(r, Exception)] == []
    assert collection.items.values("position").distinct().count() == 7
    assert audit.mismatches() == []


def test_the_audit_mends_a_wrong_count(alice, four):
    collection = shelf(alice, papers=four)
    Collection.objects.update(paper_count=9)
    found = audit.mismatches()
    assert [(row.name, row.stored, row.expected) for row in found] == [(collection.key, 9, 4)]
    audit.repair()
    assert audit.mismatches() == []


def test_an_organisations_log_tells_what_happens_to_its_collections(alice, lab, four):
    secret, public = shelf(lab, "Secret"), shelf(lab, "Winter", papers=four[:2], visibility=Visibility.PUBLIC)
    Item.objects.remove(alice, public, [four[0].pk])
    Item.objects.add(alice, secret, [four[0].pk])
    secret.end(alice)
    assert [event.text for event in lab.events.order_by("pk")] == [
        "began a private collection",
        "began the collection “Winter”",
        "put 2 papers into the collection “Winter”",
        "took 1 paper out of the collection “Winter”",
        "put 1 paper into a private collection",
        "deleted a private collection",
    ]


def test_collections_of_merged_organisations_stand_side_by_side(alice, lab, four):
    old = OrganisationFactory(slug="old-lab", name="Old lab")
    Membership.objects.create(organisation=old, user=alice, role=Role.OWNER)
    for owner in (lab, old):
        shelf(owner, "Autumn", papers=four[:2])
    shelf(lab, "AUTUMN (old-lab)")
    merge(appoint(UserFactory()), old, lab)
    names = ["AUTUMN (old-lab)", "Autumn", "Autumn (old-lab, 2)"]
    assert sorted(lab.collections.values_list("name", flat=True)) == names
