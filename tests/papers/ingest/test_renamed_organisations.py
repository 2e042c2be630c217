"""Organisations that the site which is followed has renamed."""

import pytest

from orgs.merging import merge
from orgs.models import Event, FormerSlug, Organisation, SourceIdentity
from orgs.roles import Role
from papers.ingest.hub import record
from papers.ingest.save import ImportCounts, save
from papers.models import Affiliation, Paper, State
from papers.sites import HUB
from tests.factories import UserFactory, appoint
from tests.papers.ingest.followed import row

pytestmark = pytest.mark.django_db


def listed(arxiv_id, slug, day=11, id="a" * 24, site=HUB, name=""):
    """The record of a paper of this organisation that was listed on a day in September."""
    organisation = {"_id": id, "name": slug, "fullname": name or slug.title()}
    fields = {"organization": organisation, "submittedOnDailyAt": f"2025-09-{day:02}T00:00:00.000Z"}
    return record(row(arxiv_id, **fields), site)


def slugs() -> set[str]:
    return set(Organisation.objects.values_list("slug", flat=True))


def test_a_renamed_organisation_keeps_its_papers_and_its_old_address(client):
    save([listed("2509.00001", "old-lab"), listed("2509.00002", "old-lab")])
    save([listed("2509.00003", "new-lab", day=12, name="The New Lab")])
    [organisation] = Organisation.objects.all()
    assert (organisation.slug, organisation.name, organisation.papers.count()) == ("new-lab", "The New Lab", 3)
    assert client.get("/orgs/old-lab").headers["Location"] == "/orgs/new-lab"
    assert Event.objects.get().text == "renamed Old-Lab (old-lab), which this site follows"
    assert save([listed("2509.00003", "new-lab", day=12)]) == ImportCounts(unchanged=1)


def test_a_record_that_is_older_than_the_name_renames_nothing():
    save([listed("2509.00003", "new-lab", day=12)])
    save([listed("2509.00001", "old-lab", day=2)])
    [organisation] = Organisation.objects.all()
    assert (organisation.slug, organisation.papers.count()) == ("new-lab", 2)
    assert not FormerSlug.objects.exists()


def test_one_batch_may_have_both_names():
    save([listed("2509.00001", "old-lab", day=1)])
    save([listed("2509.00002", "old-lab", day=2), listed("2509.00003", "new-lab", day=3)])
    assert slugs() == {"new-lab"}
    assert Paper.objects.filter(organisation__slug="new-lab").count() == 3


def test_one_batch_may_have_both_names_of_an_organisation_that_came_without_an_id():
    save([listed("2509.00001", "old-lab", id=None)])
    assert not SourceIdentity.objects.exists()
    save([listed("2509.00003", "new-lab", day=13), listed("2509.00002", "old-lab", day=12)])
    assert slugs() == {"new-lab"}
    assert Paper.objects.filter(organisation__slug="new-lab").count() == 3
    identity = SourceIdentity.objects.get()
    assert (identity.slug, identity.latest_at.day) == ("new-lab", 13)


def test_one_batch_may_have_both_names_of_a_new_organisation():
    save([listed("2509.00002", "new-lab", day=3, name="The Lab"), listed("2509.00001", "old-lab", day=2)])
    [organisation] = Organisation.objects.all()
    assert (organisation.slug, organisation.name, organisation.papers.count()) == ("new-lab", "The Lab", 2)


def test_an_organisation_that_somebody_owns_keeps_its_name():
    save([listed("2509.00001", "old-lab")])
    Organisation.objects.get().memberships.create(user=UserFactory(), role=Role.OWNER)
    save([listed("2509.00002", "new-lab", day=12)])
    assert slugs() == {"old-lab"}
    assert not FormerSlug.objects.exists()
    assert Affiliation.objects.get(paper__arxiv_id="2509.00002").state == State.SUGGESTED
    assert SourceIdentity.objects.get().slug == "new-lab"


def test_a_name_that_another_organisation_has_here_is_not_taken_over():
    save([listed("2509.00001", "old-lab"), listed("2509.00002", "new-lab", id="b" * 24)])
    save([listed("2509.00003", "new-lab", day=12)])
    assert slugs() == {"old-lab", "new-lab"}
    assert Paper.objects.get(arxiv_id="2509.00003").organisation.slug == "new-lab"


def test_ids_of_different_sites_are_different():
    save([listed("2509.00001", "lab")])
    save([listed("2509.00002", "other", day=12, site="https://papers.example.org")])
    assert slugs() == {"lab", "other"}


def test_a_name_that_goes_back_and_forth_is_followed(client):
    for day, slug, former in ((11, "one", None), (12, "two", "one"), (13, "one", "two"), (14, "two", "one")):
        save([listed(f"2509.000{day}", slug, day=day)])
        assert slugs() == {slug}
        assert [row.slug for row in FormerSlug.objects.all()] == [former] * bool(former)
    assert Paper.objects.filter(organisation__slug="two").count() == 4
    assert client.get("/orgs/one").headers["Location"] == "/orgs/two"


def test_what_was_merged_into_another_one_renames_it_no_more():
    save([listed("2509.00001", "old-lab"), listed("2509.00002", "lab", id="b" * 24)])
    merge(appoint(UserFactory()), Organisation.objects.get(slug="old-lab"), Organisation.objects.get(slug="lab"))
    save([listed("2509.00003", "new-lab", day=12)])
    assert slugs() == {"lab"}
    assert SourceIdentity.objects.get(source_id="a" * 24).slug == "new-lab"
    assert Organisation.objects.get().papers.count() == 3
    save([listed("2509.00004", "renamed", id="b" * 24, day=13)])
    assert slugs() == {"renamed"}
    assert set(FormerSlug.objects.values_list("slug", flat=True)) == {"old-lab", "lab"}


def test_what_was_merged_into_another_one_stays_there_if_its_new_name_is_a_third_ones():
    rows = [("2509.00001", "old-lab", "a"), ("2509.00002", "lab", "b"), ("2509.00003", "third", "c")]
    save([listed(arxiv_id, slug, id=letter * 24) for arxiv_id, slug, letter in rows])
    merge(appoint(UserFactory()), Organisation.objects.get(slug="old-lab"), Organisation.objects.get(slug="lab"))
    save([listed("2509.00004", "third", day=12)])
    assert Paper.objects.get(arxiv_id="2509.00004").organisation.slug == "lab"


def test_a_dry_run_renames_nothing():
    save([listed("2509.00001", "old-lab")])
    save([listed("2509.00002", "new-lab", day=12)], dry_run=True)
    assert slugs() == {"old-lab"}
    assert SourceIdentity.objects.get().slug == "old-lab"
