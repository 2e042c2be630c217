"""Verbs ask for permission themselves: whoever calls them, those who may not change nothing."""

import pytest

from lib.refusals import Gone, NotAllowed
from orgs.models import Event, Membership
from orgs.roles import Role
from papers.models import Affiliation, Collection, CollectionFollow, Item
from tests.factories import OrganisationFactory, PaperFactory, UserFactory

SUGGEST = {
    "suggest": lambda actor, scene: Affiliation.objects.suggest(actor, scene.lab, PaperFactory()),
    "withdraw": lambda actor, scene: Affiliation.objects.withdraw(actor, scene.lab, scene.suggested),
}
TAG = {
    "accept": lambda actor, scene: Affiliation.objects.accept(actor, scene.lab, scene.suggested),
    "refuse": lambda actor, scene: Affiliation.objects.refuse(actor, scene.lab, scene.suggested),
}
KEEP = {
    "begin": lambda actor, scene: Collection.objects.begin(actor, scene.shelf.owner, "Spring"),
    "edit": lambda actor, scene: scene.shelf.edit(actor, visibility="private"),
    "end": lambda actor, scene: scene.shelf.end(actor),
    "add": lambda actor, scene: Item.objects.add(actor, scene.shelf, [PaperFactory().pk]),
    "remove": lambda actor, scene: Item.objects.remove(actor, scene.shelf, [scene.paper.pk]),
    "move": lambda actor, scene: Item.objects.move(actor, scene.shelf, scene.paper.pk, "bottom"),
    "write a note": lambda actor, scene: Item.objects.write_note(actor, scene.shelf, scene.paper.pk, "Mine", ""),
    "write first notes": lambda actor, scene: Item.objects.write_first_notes(
        actor, scene.shelf, {scene.paper.pk: "Mine"}
    ),
    "transfer from": lambda actor, scene: Item.objects.transfer(actor, scene.shelf, own(actor), [scene.paper.pk]),
    "transfer to": lambda actor, scene: Item.objects.transfer(actor, own(actor), scene.shelf, [scene.paper.pk]),
    "merge from": lambda actor, scene: Item.objects.merge(actor, scene.shelf, own(actor)),
    "merge to": lambda actor, scene: Item.objects.merge(actor, own(actor), scene.shelf),
}


def own(actor) -> Collection:
    return Collection.objects.get(user=actor, name="Own")


class Scene:
    """A suggested paper, and a collection with one paper; `member` and `others` may not change them."""

    def __init__(self, lab, alice, member, owner):
        self.lab, self.paper, self.suggested, self.member = lab, PaperFactory(), PaperFactory(), member
        Affiliation.objects.suggest(alice, lab, self.suggested)
        self.shelf = Collection.objects.begin(alice, owner, "Autumn", visibility="public")
        Item.objects.add(alice, self.shelf, [self.paper.pk, PaperFactory().pk])
        former, other = UserFactory(), UserFactory()
        Membership.objects.create(organisation=lab, user=former, role=Role.OWNER).delete()
        Membership.objects.create(organisation=OrganisationFactory(), user=other, role=Role.OWNER)
        self.others = [former, other, UserFactory()]
        for person in (member, *self.others):
            Item.objects.add(person, Collection.objects.begin(person, person, "Own"), [self.paper.pk])


def everything():
    return [list(model.objects.order_by("pk").values()) for model in (Affiliation, Collection, Item, Event)]


@pytest.mark.parametrize("verb", SUGGEST | TAG | KEEP)
@pytest.mark.parametrize("owner", ["lab", "alice"])
def test_whoever_may_not_changes_nothing(lab, alice, bob, owner, verb):
    scene = Scene(lab, alice, bob, {"lab": lab, "alice": alice}[owner])
    for actor in scene.others + ([] if verb in SUGGEST else [bob]):
        before = everything()
        with pytest.raises(NotAllowed):
            (SUGGEST | TAG | KEEP)[verb](actor, scene)
        assert everything() == before


def test_nobody_begins_a_collection_of_somebody_else(alice, bob):
    with pytest.raises(NotAllowed):
        Collection.objects.begin(bob, alice, "Alice's favourites")
    assert not Collection.objects.exists()


@pytest.mark.parametrize(
    "verb", ["edit", "end", "add", "remove", "move", "write a note", "write first notes", "transfer to", "merge from"]
)
def test_a_collection_that_was_deleted_meanwhile_is_gone(lab, alice, bob, verb):
    scene = Scene(lab, alice, bob, alice)
    Collection.objects.begin(alice, alice, "Own")
    Collection.objects.filter(pk=scene.shelf.pk).delete()
    before = everything()
    with pytest.raises(Gone, match="deleted"):
        KEEP[verb](alice, scene)
    assert everything() == before


def test_a_collection_that_became_private_meanwhile_is_not_followed(alice, bob):
    fetched = Collection.objects.begin(alice, alice, "Autumn", visibility="public")
    Collection.objects.get().edit(alice, visibility="private")
    with pytest.raises(Gone):
        CollectionFollow.objects.make(bob, fetched)
    assert (CollectionFollow.objects.count(), Collection.objects.get().follower_count) == (0, 0)
