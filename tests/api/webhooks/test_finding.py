"""Which papers are new in the list of a webhook, and that each is in one delivery whatever is killed."""

from datetime import timedelta
from itertools import count

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from api.models import Delivery, Webhook
from api.models.delivery import MAX_PAPERS
from api.webhooks import finding, reading, sending
from lib.refusals import BadInput
from orgs.models import Membership, Organisation
from orgs.roles import Role
from orgs.signals import organisation_merged
from papers.models import Bookmark, Collection, Dismissed, Item, Paper, TopicFollow, Vote
from papers.search import results
from tests.factories import NOON, PaperFactory, UserFactory
from tests.orgs.conftest import join
from tests.race import race

OTHER = "https://other.example.org/"


def found(webhook=None) -> list[list[str]]:
    """The papers of each delivery, the oldest delivery first."""
    deliveries = Delivery.objects.order_by("pk")
    names = dict(Paper.objects.values_list("pk", "arxiv_id"))
    return [[names[pk] for pk in row.papers] for row in (deliveries.filter(webhook=webhook) if webhook else deliveries)]


def collect(actor, collection, *papers) -> None:
    Item.objects.add(actor, collection, [paper.pk for paper in papers])


def test_what_was_in_the_list_before_is_not_new_and_what_comes_is_new_once(alice, make, listed):
    listed("2509.00001")
    make(alice, alice)
    for number in (2, 3):
        listed(f"2509.0000{number}")
    for _ in range(2):
        finding.run()
        Webhook.objects.update(look_at=NOON)
    assert found() == [["2509.00002", "2509.00003"]]


def test_what_comes_before_the_first_look_is_new(alice, listed):
    listed("2509.00001")
    Webhook.objects.make(alice, alice, reading.find("/papers", alice, alice), OTHER)
    listed("2509.00002")
    finding.run()
    assert found() == [["2509.00002"]]


def test_an_import_with_an_earlier_time_is_new_unless_it_is_long_ago(alice, make, listed, clock):
    make(alice, alice)
    listed("2509.00001", listed_at=NOON - timedelta(days=1))
    listed("2509.00002", listed_at=NOON - reading.RECENT - timedelta(hours=1))
    listed("2509.00003", listed_at=NOON + timedelta(days=1))
    finding.run()
    assert found() == [["2509.00001"]]
    clock.shift(timedelta(days=1))
    finding.run()
    assert found() == [["2509.00001"], ["2509.00003"]]


def test_a_paper_that_matches_a_filter_later_is_new_then(alice, bob, make, listed):
    make(alice, alice, "/papers?min_votes=1")
    paper = listed("2509.00001")
    finding.run()
    assert found() == []
    Vote.objects.make(bob, paper)
    Webhook.objects.update(look_at=NOON)
    finding.run()
    assert found() == [["2509.00001"]]


def test_many_papers_are_several_deliveries_the_oldest_first(alice, make, clock, monkeypatch):
    make(alice, alice)
    clock.shift(timedelta(hours=1))
    monkeypatch.setattr(reading, "PAGE_SIZE", 40)
    names = [f"2509.{number:05}" for number in range(1, MAX_PAPERS + 2)]
    for number, name in enumerate(names):
        PaperFactory(arxiv_id=name, listed_at=NOON + timedelta(seconds=number))
    finding.run()
    assert found() == [names[:MAX_PAPERS], names[MAX_PAPERS:]]


def test_webhooks_of_one_list_cost_as_many_statements_as_one(alice, bob, carol, make, listed):
    """But for the row of each that was not looked at before."""
    make(alice, alice)
    counts = []
    for number in (1, 2):
        listed(f"2509.0000{number}")
        with CaptureQueriesContext(
            connection,
        ) as statements:
            finding.run()
        counts.append(len(statements))
        for person in (alice, bob, carol):
            make(person, person, url=f"https://{number}.example.org/")
    assert counts[0] == counts[1]
    assert len(found()) == 1 + 4


def test_what_its_person_has_dismissed_is_in_a_public_list(alice, make, listed):
    make(alice, alice)
    Dismissed.objects.make(alice, listed("2509.00001"))
    finding.run()
    assert found() == [["2509.00001"]]


def test_bookmarks_and_what_one_follows_are_sent_to_oneself(alice, make, listed):
    bookmarks, following = make(alice, alice, "/bookmarks"), make(alice, alice, "/papers/following")
    assert (bookmarks.is_private, following.is_private) == (True, True)
    TopicFollow.objects.make(alice, TopicFollow.find("quantum"))
    paper = listed("2509.00001", keywords=["quantum"])
    Bookmark.objects.make(alice, listed("2509.00002", listed_at=NOON - timedelta(days=100)))
    finding.run()
    assert (found(bookmarks), found(following)) == ([["2509.00002"]], [[paper.arxiv_id]])


class TestAPrivateCollection:
    @pytest.fixture
    def roadmap(self, lab, alice):
        return Collection.objects.begin(alice, lab, "Roadmap", visibility="private")

    def test_is_sent_for_its_organisation_whoever_made_the_webhook_and_leaves(
        self, lab, alice, bob, make, listed, roadmap
    ):
        ada = join(lab, Role.ADMIN, username="ada")
        webhook = make(ada, lab, roadmap.get_absolute_url())
        Membership.objects.remove(alice, lab, ada)
        collect(alice, roadmap, listed("2509.00001"))
        finding.run()
        assert (found(webhook), webhook.is_private) == ([["2509.00001"]], True)

    def test_of_a_member_stops_with_the_membership(self, lab, alice, bob, make, listed, roadmap):
        webhook = make(bob, bob, roadmap.get_absolute_url())
        collect(alice, roadmap, listed("2509.00001"))
        finding.run()
        assert found(webhook) == [["2509.00001"]]
        Membership.objects.remove(alice, lab, bob)
        collect(alice, roadmap, listed("2509.00002"))
        finding.run()
        webhook.refresh_from_db()
        assert (found(webhook), webhook.state, webhook.reason) == ([["2509.00001"]], "disabled", "lost")

    def test_that_waits_is_not_sent_any_more_then(self, lab, alice, bob, make, listed, roadmap, receiver):
        webhook = make(bob, bob, roadmap.get_absolute_url())
        collect(alice, roadmap, listed("2509.00001"))
        finding.run()
        Membership.objects.remove(alice, lab, bob)
        sending.run()
        webhook.refresh_from_db()
        assert (receiver.requests, webhook.reason) == ([], "lost")

    def test_that_was_public_stops_with_that(self, lab, alice, carol, make, listed, roadmap):
        roadmap.edit(alice, visibility="public")
        webhook = make(carol, carol, roadmap.get_absolute_url())
        assert webhook.is_private is False
        roadmap.edit(alice, visibility="private")
        collect(alice, roadmap, listed("2509.00001"))
        finding.run()
        webhook.refresh_from_db()
        assert (found(webhook), webhook.reason) == ([], "lost")

    def test_of_a_person_is_not_sent_for_an_organisation(self, lab, alice):
        own = Collection.objects.begin(alice, alice, "Own", visibility="private")
        for address in (own.get_absolute_url(), "/bookmarks", "/papers/following"):
            with pytest.raises(BadInput, match="This list is neither public nor"):
                reading.find(address, lab, alice)

    def test_of_another_organisation_is_not_sent_for_this_one(self, lab, alice, roadmap):
        club = Organisation.objects.create(slug="club", name="Club")
        Membership.objects.create(organisation=club, user=alice, role=Role.OWNER)
        with pytest.raises(BadInput, match="This list is neither public nor"):
            reading.find(roadmap.get_absolute_url(), club, alice)


def test_whatever_is_killed_each_paper_is_in_one_delivery(alice, bob, make, listed):
    """The run is cut off after one statement, then after two, and so on; then one runs to its end."""
    for person in (alice, bob):
        make(person, person)
    listed("2509.00001")
    Webhook.objects.make(alice, alice, reading.find("/papers", alice, alice), OTHER)
    listed("2509.00002")

    class Killed(BaseException):
        pass

    for last in count(1):
        left = iter(range(last))

        def cut(execute, *args, left=left):
            if next(left, None) is None:
                raise Killed
            return execute(*args)

        try:
            with connection.execute_wrapper(cut):
                finding.run()
        except Killed:
            continue
        break
    assert last > 5
    assert sorted(found()) == [["2509.00001", "2509.00002"]] * 2 + [["2509.00002"]]


@pytest.mark.django_db(transaction=True)
def test_a_list_that_takes_too_long_is_looked_at_later_and_others_at_once(
    locked, alice, bob, make, listed, monkeypatch
):
    slow, other = make(alice, alice, "/papers?q=sharing"), make(bob, bob)
    listed("2509.00001", title="Sharing")
    monkeypatch.setattr(results, "TIMEOUT_MS", 100)
    locked("papers_searchentry")
    finding.run()
    slow.refresh_from_db()
    assert (found(slow), found(other), slow.state) == ([], [["2509.00001"]], "active")
    assert slow.look_at > other.created_at + finding.LATER


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_write_one_delivery(alice, make, listed):
    make(alice, alice)
    listed("2509.00001")
    assert sorted(race(finding.run, finding.run)) == [0, 1]
    assert found() == [["2509.00001"]]


def test_merging_an_organisation_moves_its_webhooks_but_not_twins(lab, alice, make):
    club = Organisation.objects.create(slug="club", name="Club")
    Membership.objects.create(organisation=club, user=alice, role=Role.OWNER)
    make(alice, lab)
    make(alice, club)
    other = make(alice, club, url=OTHER)
    organisation_merged.send(Organisation, old=club, into=lab)
    club.delete()
    assert set(Webhook.objects.of(lab)) == {Webhook.objects.exclude(pk=other.pk).get(), other}


def test_deleting_a_person_or_an_organisation_deletes_its_webhooks(lab, alice, make):
    make(alice, lab)
    ada = UserFactory(username="ada")
    make(ada, ada)
    ada.delete()
    lab.delete()
    assert not Webhook.objects.exists()


def test_a_webhook_of_an_organisation_survives_who_made_it(lab, alice, make, listed):
    ada = join(lab, Role.ADMIN, username="ada")
    webhook = make(ada, lab)
    ada.delete()
    listed("2509.00001")
    finding.run()
    assert found(webhook) == [["2509.00001"]]
