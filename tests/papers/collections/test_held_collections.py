"""What moderators hold does not become public by way of another collection."""

import pytest

from lib.refusals import NotAllowed
from papers.models import Collection, Item
from tests.factories import UserFactory, appoint

HELD = "made this collection private: An insult."


@pytest.fixture
def collections(alice, paper):
    """A held collection of Alice's with a note, and a public one."""
    held = Collection.objects.create(key="held", name="Held", user=alice, visibility="public")
    Item.objects.add(alice, held, [paper.pk])
    Item.objects.write_note(alice, held, paper.pk, "an insult", "")
    stale = Collection.objects.get(pk=held.pk)
    held.hold(appoint(UserFactory()), "An insult.")
    return stale, Collection.objects.create(key="other", name="Other", user=alice, visibility="public")


@pytest.mark.parametrize(
    "move",
    [
        lambda alice, held, other, paper: Item.objects.merge(alice, held, other),
        lambda alice, held, other, paper: Item.objects.transfer(alice, held, other, [paper.pk]),
        lambda alice, held, other, paper: held.edit(alice, visibility="unlisted"),
    ],
)
def test_what_is_held_goes_nowhere(collections, alice, paper, move):
    held, other = collections
    with pytest.raises(NotAllowed, match=HELD):
        move(alice, held, other, paper)
    assert list(Item.objects.kept().values_list("collection", "note")) == [(held.pk, "an insult")]


def test_other_papers_can_be_put_into_what_is_held(collections, alice, paper):
    held, other = collections
    Item.objects.add(alice, other, [paper.pk])
    assert Item.objects.merge(alice, other, held) == 1
    assert list(Collection.objects.values_list("key", flat=True)) == ["held"]
