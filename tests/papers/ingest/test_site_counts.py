"""Votes of several sites: whatever is imported in whatever order, each site's are counted once, and own ones stay."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from papers import audit
from papers.ingest.hub import record
from papers.ingest.save import save
from papers.models import Paper, SiteCount, Vote
from papers.sites import HUB
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
