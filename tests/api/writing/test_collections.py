"""Collections by the API are those of pages, with the same permissions."""

import pytest

from orgs.models import Membership
from papers.models import Collection, Item
from tests.api.bearer import Program, token_of
from tests.api.hub import hub_client
from tests.factories import OrganisationFactory

PATH = "/api/collections"
ITEM = {"item": {"id": "2509.08721", "type": "paper"}}


@pytest.fixture
def program(alice, paper):
    return Program(token_of(alice))


@pytest.fixture
def autumn(alice):
    return Collection.objects.begin(alice, alice, "Autumn")


def items(collection) -> list[tuple]:
    return list(collection.items.kept().order_by("-position").values_list("paper__arxiv_id", "note"))


def test_a_collection_is_made_once(program, alice):
    body = {"title": "Graphs", "description": "On *graphs*.", "visibility": "unlisted"}
    row = program.call(PATH, body).json()
    assert program.call(PATH, {"title": "GRAPHS"}).json() == row
    made = Collection.objects.get()
    assert (row["slug"], row["url"]) == (made.key, f"http://127.0.0.1:8000/collections/{made.key}")
    assert (row["title"], row["owner"]["name"], row["visibility"], row["items"]) == ("Graphs", "alice", "unlisted", [])


@pytest.mark.parametrize(("private", "visibility"), [(True, "private"), (False, "public"), (None, "private")])
def test_it_is_as_private_as_wanted(program, private, visibility):
    program.call(PATH, {"title": "Graphs"} | ({} if private is None else {"private": private}))
    assert Collection.objects.get().visibility == visibility


def test_an_organisation_has_collections_of_those_who_may(program, alice, bob, lab):
    body = {"title": "Ours", "namespace": "lab"}
    assert program.call(PATH, body).json()["owner"]["name"] == "lab"
    assert Collection.objects.get().organisation == lab
    OrganisationFactory(slug="club")
    for other, namespace in ((bob, "lab"), (alice, "club"), (alice, "bob"), (alice, "no-such")):
        answer = Program(token_of(other)).call(PATH, body | {"title": "Theirs", "namespace": namespace})
        assert answer.status_code == 404
    assert Collection.objects.count() == 1


def test_a_paper_comes_goes_and_comes_back_with_its_note(program, autumn):
    path = f"{PATH}/{autumn.key}/items"
    assert program.call(path, ITEM | {"note": "Read **this**."}).json()["numItems"] == 1
    assert items(autumn) == [("2509.08721", "Read **this**.")]
    assert program.call(f"{path}/remove", ITEM).json()["numItems"] == 0
    assert items(autumn) == []
    assert program.call(path, {"item": {"id": "https://arxiv.org/abs/2509.08721v2"}}).json()["numItems"] == 1
    assert items(autumn) == [("2509.08721", "Read **this**.")]


def test_a_note_of_somebody_else_is_replaced_only_if_it_was_read(program, autumn, alice, paper):
    path = f"{PATH}/{autumn.key}/items/note"
    assert program.call(path, ITEM | {"note": "Mine"}).json() == {"error": "This paper is not in the collection."}
    Item.objects.add(alice, autumn, [paper.pk])
    Item.objects.write_note(alice, autumn, paper.pk, "Theirs", "")
    answer = program.call(path, ITEM | {"note": "Mine", "was": ""})
    assert (answer.status_code, "“Theirs”" in answer.json()["error"]) == (409, True)
    assert program.call(path, ITEM | {"note": "Mine", "was": "Theirs"}).status_code == 200
    assert program.call(path, ITEM | {"note": "Better"}).status_code == 200
    assert items(autumn) == [("2509.08721", "Better")]


def test_a_refused_note_leaves_the_paper_out(program, autumn):
    answer = program.call(f"{PATH}/{autumn.key}/items", ITEM | {"note": "x" * 2_001})
    assert (answer.status_code, items(autumn)) == (400, [])


def test_a_private_collection_does_not_exist_for_others_and_a_public_one_is_not_theirs(autumn, bob, paper, lab):
    program = Program(token_of(bob))
    for visibility, status in (("private", 404), ("public", 403)):
        Collection.objects.update(visibility=visibility)
        for end, more in (("", {}), ("/remove", {}), ("/note", {"note": "Mine"})):
            answer = program.call(f"{PATH}/{autumn.key}/items{end}", ITEM | more)
            assert (answer.status_code, items(autumn)) == (status, [])


def test_whoever_leaves_an_organisation_can_change_its_collections_no_more(program, alice, lab):
    ours = Collection.objects.begin(alice, lab, "Ours", visibility="public")
    Membership.objects.filter(user=alice).delete()
    assert program.call(f"{PATH}/{ours.key}/items", ITEM).status_code == 403
    assert items(ours) == []


def test_the_hubs_own_client_makes_and_fills_one(alice, paper):
    with hub_client(token_of(alice)) as api:
        made = api.create_collection("Graphs", namespace="alice", description="On graphs.", private=True)
        assert (made.title, made.description, made.private, made.items) == ("Graphs", "On graphs.", True, [])
        for _ in range(2):
            filled = api.add_collection_item(made.slug, paper.arxiv_id, "paper", note="Read this.", exists_ok=True)
    [item] = filled.items
    assert (item.item_id, item.item_type, item.note) == ("2509.08721", "paper", "Read this.")
    assert items(Collection.objects.get(key=made.slug)) == [("2509.08721", "Read this.")]
