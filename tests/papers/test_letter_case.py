"""An address with a name in other letter case leads to the one that is used."""

import pytest

from orgs.models import FormerSlug
from tests.factories import OrganisationFactory, UserFactory

pytestmark = pytest.mark.usefixtures("scene")


def build_scene():
    for slug in ("nvidia", "CoCo", "coco"):
        OrganisationFactory(slug=slug)
    FormerSlug.objects.create(slug="Mellanox", organisation=OrganisationFactory(slug="networks"))
    UserFactory(username="Ada")
    UserFactory(username="gone", is_active=False)


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("/orgs/NVIDIA", "/orgs/nvidia"),
        ("/orgs/Nvidia/insights?x=%20", "/orgs/nvidia/insights?x=%20"),
        ("/orgs/NVIDIA.atom", "/orgs/nvidia.atom"),
        ("/orgs/mellanox", "/orgs/networks"),
        ("/people/ada/upvoted", "/people/Ada/upvoted"),
        ("/people/ADA.json", "/people/Ada.json"),
    ],
)
def test_it_is_redirected(stranger, address, target):
    answer = stranger.get(address)
    assert (answer.status_code, answer.url) == (301, target)
    assert stranger.get(target).status_code == 200


@pytest.mark.parametrize("address", ["/orgs/nv1dia", "/orgs/CoCo/none", "/orgs/nvidia/none", "/people/GONE"])
def test_nothing_else_is(stranger, address):
    assert stranger.get(address).status_code == 404


def test_two_that_differ_in_case_alone_keep_their_pages(stranger):
    assert [stranger.get(f"/orgs/{slug}").status_code for slug in ("CoCo", "coco")] == [200, 200]
