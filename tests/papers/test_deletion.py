"""A paper is deleted while somebody does something with it."""

from functools import partial

import pytest
from django.db import IntegrityError

from papers import audit
from papers.models import Collection, Item
from tests.factories import PaperFactory, UserFactory
from tests.race import interleave, race

VERBS = {
    "vote": {},
    "bookmark": {},
    "seen": {},
    "dismiss": {},
    "collections/add": {"collection": "autumn"},
    "collections/begin": {"name": "Winter"},
}


@pytest.mark.django_db(transaction=True)
def test_who_marks_or_collects_a_paper_that_is_being_deleted_is_told(alice, paper, signed_in):
    Collection.objects.create(key="autumn", name="Autumn", user=alice)
    reader = signed_in(alice)
    for verb, data in VERBS.items():
        answer = interleave(paper.delete, partial(reader.act, f"/papers/{paper.arxiv_id}/{verb}", data))
        assert answer.status_code == 404
        assert "Nothing was changed, because something has just been deleted." in answer.content.decode()
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
