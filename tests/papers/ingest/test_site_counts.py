"""Votes of several sites: whatever is imported in whatever order, each site's are counted once, and own ones stay."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import override_settings
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from api.rows.papers import daily_rows
from papers import audit
from papers.ingest.hub import record
from papers.ingest.save import save
from papers.ingest.values import MAX_COUNT
from papers.models import Paper, SiteCount, Vote
from papers.sites import HUB, MAX_SITES
from tests.factories import PaperFactory, UserFactory
from tests.papers.ingest.followed import row

ID = "2509.00001"
OTHERS = ["https://papers.example.org", "https://other.example.org"]
OWN = "http://127.0.0.1:8000"

numbers = st.integers(0, 50)
steps = st.one_of(
    st.tuples(st.just("hub"), numbers, numbers),
    st.tuples(st.just("broadsheet"), st.dictionaries(st.sampled_from([HUB, OWN, *OTHERS]), numbers), numbers),
    st.tuples(st.sampled_from(["vote", "withdraw"]), st.integers(0, 3), st.none()),
)


class Votes(TestCase):
    @settings(max_examples=20, deadline=None)
    @given(st.lists(steps, max_size=12))
    def test_own_votes_are_never_lost_and_no_site_counts_twice(self, sequence):
        save([record(row(ID), HUB)])
        paper, readers = Paper.objects.get(), [UserFactory() for _ in range(4)]
        counted, voters = {}, set()
        for kind, value, comments in sequence:
            match kind:
                case "hub":
                    save([record(row(ID, votes=value, numComments=comments), HUB)])
                    counted[HUB] = value
                case "broadsheet":
                    by_site = {"upvotesBySite": value, "commentsBySite": dict.fromkeys(value, comments)}
                    save([record(row(ID, votes=99, **by_site), OTHERS[0])])
                    counted |= {site: number for site, number in value.items() if site != OWN}
                case "vote":
                    Vote.objects.make(readers[value], paper)
                    voters.add(value)
                case "withdraw":
                    Vote.objects.unmake(readers[value], paper)
                    voters.discard(value)
        paper.refresh_from_db()
        assert paper.imported_votes == sum(counted.values())
        assert paper.vote_count == paper.imported_votes + len(voters)
        assert audit.mismatches() == []


SITES = ["https://one.example.org", "https://two.example.org", "https://three.example.org"]
meetings = st.one_of(
    st.tuples(st.just("follow"), st.integers(0, 2), st.integers(0, 2)),
    st.tuples(st.just("vote"), st.integers(0, 2), st.integers(0, 3)),
    st.tuples(st.just("hub"), st.integers(0, 2), numbers),
)


class Circle(TestCase):
    """Three sites, each of which is one paper here, follow each other in any order."""

    @settings(max_examples=20, deadline=None)
    @given(st.lists(meetings, max_size=10))
    def test_no_vote_goes_round_in_a_circle(self, sequence):
        readers = [UserFactory() for _ in range(4)]
        for number in range(3):
            save([record(row(f"2509.0000{number}"), HUB)])
        papers = list(Paper.objects.order_by("arxiv_id"))
        cast, of_hub = [set(), set(), set()], {0}
        for kind, number, value in [*sequence, *(("follow", n % 3, (n + 1) % 3) for n in range(9))]:
            match kind:
                case "follow" if number != value:
                    follow(papers[number], SITES[number], papers[value], SITES[value])
                case "vote":
                    Vote.objects.make(readers[value], papers[number])
                    cast[number].add(value)
                case "hub":
                    save([record(row(papers[number].arxiv_id, votes=value), HUB)])
                    of_hub.add(value)
        own = [len(voters) for voters in cast]
        for number, paper in enumerate(papers):
            paper.refresh_from_db()
            counts = SiteCount.objects.by_paper([paper.pk])[paper.pk]
            assert {site: votes for site, (votes, _) in counts.items()} == {
                site: votes for site, votes in zip(SITES, own, strict=True) if votes and site != SITES[number]
            }
            votes_of_hub = paper.imported_votes - sum(own) + own[number]
            assert votes_of_hub in of_hub  # any of them: the last one that was imported counts
            assert paper.vote_count == votes_of_hub + sum(own)


def follow(paper: Paper, site: str, followed: Paper, address: str) -> None:
    """Import at `site`, whose paper this is, what the site at `address` says of its own."""
    with override_settings(BASE_URL=address):
        [found] = daily_rows([followed.pk], AnonymousUser())
    found["paper"]["id"] = paper.arxiv_id
    with override_settings(BASE_URL=site):
        save([record(found, address)])


@pytest.mark.django_db
def test_a_record_of_an_earlier_day_only_raises_the_numbers_of_each_site():
    late, early = ({"submittedOnDailyAt": f"2025-09-{day}T00:00:00.000Z"} for day in (12, 10))
    save([record(row(ID, **late, upvotesBySite={OTHERS[0]: 5, OTHERS[1]: 1}, commentsBySite={}), OTHERS[0])])
    save([record(row(ID, **early, upvotesBySite={OTHERS[0]: 2, OTHERS[1]: 4}, commentsBySite={}), OTHERS[0])])
    assert dict(SiteCount.objects.values_list("site", "votes")) == {OTHERS[0]: 5, OTHERS[1]: 4}
    assert Paper.objects.get().imported_votes == 9


@pytest.mark.django_db
def test_what_was_imported_before_there_were_sites_is_the_hubs():
    PaperFactory(arxiv_id=ID, imported_votes=7, imported_comments=3)
    save([record(row(ID, upvotesBySite={HUB: 9, OTHERS[0]: 1}, commentsBySite={HUB: 3}), OTHERS[0])])
    paper = Paper.objects.get()
    assert (paper.imported_votes, paper.vote_count, paper.imported_comments) == (10, 10, 3)


@pytest.mark.django_db
@pytest.mark.parametrize("site", ["papers.example.org", "https://a.example.org/path", "javascript:alert(1)", "", 7])
def test_a_number_without_the_address_of_a_site_is_left_out(site):
    found = record(row(ID, upvotesBySite={site: 5, OTHERS[1]: 2}, commentsBySite={}), OTHERS[0])
    assert found.site_counts == {OTHERS[1]: (2, 0)}
    assert len(found.notes) == 1


@pytest.mark.django_db
def test_numbers_that_are_none_are_left_out():
    found = record(row(ID, upvotesBySite={OTHERS[0]: "many", OTHERS[1]: -1, HUB: 2}, commentsBySite={}), OTHERS[0])
    assert (found.site_counts, found.votes, len(found.notes)) == ({}, 2, 2)


@pytest.mark.django_db
def test_the_hubs_numbers_go_down_to_none_at_those_who_follow_whoever_follows_it():
    for number in range(2):
        save([record(row(f"2509.0000{number}", votes=5, numComments=2, discussionId="a1"), HUB)])
    papers = list(Paper.objects.order_by("arxiv_id"))
    save([record(row(papers[1].arxiv_id, votes=0, numComments=0), HUB)])
    follow(papers[0], SITES[0], papers[1], SITES[1])
    papers[0].refresh_from_db()
    assert (papers[0].imported_votes, papers[0].imported_comments) == (0, 0)


@pytest.mark.django_db
def test_a_broadsheet_that_does_not_follow_the_hub_changes_none_of_its_numbers():
    save([record(row(ID, votes=5, numComments=2, discussionId="a1"), HUB)])
    paper, others = Paper.objects.get(), PaperFactory()
    Vote.objects.make(UserFactory(), others)
    follow(paper, SITES[0], others, SITES[1])
    paper.refresh_from_db()
    assert (paper.imported_votes, paper.imported_comments) == (6, 2)


@pytest.mark.django_db
def test_a_number_that_no_site_has_is_left_out_and_costs_no_other():
    many = 2**31 - 1
    found = record(row(ID, upvotesBySite={HUB: many, OTHERS[0]: many, OTHERS[1]: 3}, commentsBySite={}), OTHERS[0])
    assert (found.votes, found.site_counts, len(found.notes)) == (None, {OTHERS[1]: (3, 0)}, 2)
    save([found, record(row("2509.00002", votes=many, numComments=many), HUB)])
    assert list(Paper.objects.order_by("arxiv_id").values_list("imported_votes", flat=True)) == [3, 0]


@pytest.mark.django_db
def test_the_greatest_numbers_of_ever_more_sites_fit():
    for start in range(0, 3 * MAX_SITES, MAX_SITES):
        votes = {f"https://site{number}.example.org": MAX_COUNT for number in range(start, start + MAX_SITES)}
        save([record(row(ID, upvotesBySite={HUB: MAX_COUNT} | votes, commentsBySite=votes), OTHERS[0])])
    paper = Paper.objects.get()
    assert SiteCount.objects.count() == MAX_SITES
    assert (paper.imported_votes, paper.imported_comments) == ((MAX_SITES + 1) * MAX_COUNT, MAX_SITES * MAX_COUNT)
    save([record(row(ID, upvotesBySite={"https://site7.example.org": 1}, commentsBySite={}), OTHERS[0])])
    paper.refresh_from_db()
    assert paper.imported_votes == MAX_SITES * MAX_COUNT + 1
    assert audit.mismatches() == []
