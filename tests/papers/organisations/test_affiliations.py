"""Whose papers are: what is accepted, suggested and refused, by people and by imports, and what a row shows of it."""

from datetime import UTC, datetime
from functools import partial

import pytest
from django.db import IntegrityError, transaction

from lib.refusals import BadInput
from orgs.models import Membership, Organisation
from orgs.roles import Role
from papers import audit
from papers.ingest.record import PaperRecord
from papers.ingest.save import ImportCounts, save
from papers.models import Affiliation, Paper, State
from tests.factories import OrganisationFactory, PaperFactory, admin_of
from tests.race import race

ACCEPTED, SUGGESTED, REFUSED = State.ACCEPTED, State.SUGGESTED, State.REFUSED


@pytest.fixture
def club(db):
    """An organisation that nobody owns."""
    return OrganisationFactory(slug="club", name="The Club")


@pytest.fixture
def dora(club):
    return admin_of(club)


def record_of(slug: str, **more) -> PaperRecord:
    more = {"title": "Sharing", "published_at": "2025-09-10T16:14:20Z"} | more
    return PaperRecord.from_source(arxiv_id="2509.08721", organisation=(slug, slug.title()), **more)


def pairs() -> dict[str, str]:
    """The state of each pair, by the slug of its organisation."""
    return dict(Affiliation.objects.order_by("since").values_list("organisation__slug", "state"))


def shown(paper) -> str | None:
    paper = Paper.objects.select_related("organisation").get(pk=paper.pk)
    return paper.organisation and paper.organisation.slug


def test_a_row_shows_the_organisation_that_was_accepted_first(paper, lab, club, alice, dora):
    assert Affiliation.objects.accept(dora, club, paper)
    assert Affiliation.objects.accept(alice, lab, paper)
    assert (shown(paper), pairs()) == ("club", {"club": ACCEPTED, "lab": ACCEPTED})
    assert Affiliation.objects.refuse(dora, club, paper)
    assert (shown(paper), pairs()) == ("lab", {"lab": ACCEPTED, "club": REFUSED})
    assert Affiliation.objects.accept(dora, club, paper)
    assert (shown(paper), pairs()) == ("lab", {"lab": ACCEPTED, "club": ACCEPTED})
    assert audit.mismatches() == []


def test_the_revision_grows_when_the_row_changes_and_only_then(paper, lab, club, alice, dora):
    revisions = []
    for verb, organisation in [("accept", lab), ("accept", lab), ("accept", club), ("refuse", club), ("refuse", lab)]:
        getattr(Affiliation.objects, verb)(alice if organisation == lab else dora, organisation, paper)
        paper.refresh_from_db()
        revisions.append(paper.revision)
    assert revisions == [1, 1, 1, 1, 2]


def test_each_verb_is_done_once(paper, lab, alice, bob):
    assert Affiliation.objects.suggest(bob, lab, paper, "  We  wrote it. ")
    assert not Affiliation.objects.suggest(alice, lab, paper, "Another reason")
    pair = Affiliation.objects.get()
    assert (pair.suggested_by, pair.reason, pair.state, shown(paper)) == (bob, "We wrote it.", SUGGESTED, None)
    assert Affiliation.objects.accept(alice, lab, paper)
    assert not Affiliation.objects.accept(admin_of(lab), lab, paper)
    assert not Affiliation.objects.withdraw(bob, lab, paper)
    pair.refresh_from_db()
    assert (pair.suggested_by, pair.decided_by, pair.state) == (bob, alice, ACCEPTED)
    assert Affiliation.objects.refuse(alice, lab, paper)
    assert not Affiliation.objects.refuse(alice, lab, paper)
    assert not Affiliation.objects.suggest(bob, lab, paper)
    assert pairs() == {"lab": REFUSED}


def test_what_was_never_suggested_cannot_be_refused(paper, lab, alice):
    assert not Affiliation.objects.refuse(alice, lab, paper)
    assert pairs() == {}


def test_only_ones_own_suggestion_is_withdrawn(paper, lab, alice, bob):
    Affiliation.objects.suggest(bob, lab, paper)
    assert not Affiliation.objects.withdraw(alice, lab, paper)
    assert Affiliation.objects.withdraw(bob, lab, paper)
    assert pairs() == {}


def test_a_reason_has_an_end(paper, lab, bob):
    with pytest.raises(BadInput, match="at most 280 characters; this one has 281"):
        Affiliation.objects.suggest(bob, lab, paper, "w" * 281)


def test_who_leaves_leaves_the_decisions(paper, lab, alice, bob):
    Affiliation.objects.suggest(bob, lab, paper)
    Affiliation.objects.accept(alice, lab, paper)
    bob.delete()
    alice.delete()
    pair = Affiliation.objects.get()
    assert (pair.state, pair.suggested_by, pair.decided_by) == (ACCEPTED, None, None)


def test_an_organisation_that_goes_leaves_the_row_to_the_next(paper, lab, club, alice, dora):
    Affiliation.objects.accept(dora, club, paper)
    Affiliation.objects.accept(alice, lab, paper)
    club.delete()
    paper.refresh_from_db()
    assert (shown(paper), paper.revision) == ("lab", 2)
    lab.delete()
    assert shown(paper) is None
    assert audit.mismatches() == []


@pytest.mark.parametrize(
    "wrong", [{"state": "perhaps"}, {"state": REFUSED, "is_guess": True}, {"is_guess": True, "by": "alice"}]
)
def test_the_database_refuses_what_must_not_be(paper, lab, alice, wrong):
    by = alice if wrong.pop("by", None) else None
    with pytest.raises(IntegrityError), transaction.atomic():
        Affiliation.objects.create(**{"paper": paper, "organisation": lab, "state": ACCEPTED, "decided_by": by} | wrong)


@pytest.mark.parametrize("theirs", [*State, None])
@pytest.mark.parametrize("ours", [*State, None])
def test_a_merger_keeps_the_stronger_state(paper, lab, club, alice, theirs, ours):
    other = PaperFactory(organisation=club)
    for organisation, state in ((club, theirs), (lab, ours)):
        if state:
            Affiliation.objects.create(paper=paper, organisation=organisation, state=state)
    audit.repair()
    Affiliation.objects.move(club, lab)
    strength = [None, *State]
    stronger = max(theirs, ours, key=strength.index)
    states = dict(Affiliation.objects.values_list("paper", "state"))
    assert states == {other.pk: ACCEPTED} | ({paper.pk: stronger} if stronger else {})
    assert set(Affiliation.objects.values_list("organisation__slug", flat=True)) == {"lab"}
    assert (shown(other), shown(paper)) == ("lab", "lab" if stronger == ACCEPTED else None)
    assert audit.mismatches() == []


def test_audit_finds_and_mends_a_row_that_shows_another_organisation(lab, club):
    papers = [PaperFactory(organisation=lab) for _ in range(3)]
    Paper.objects.filter(pk=papers[0].pk).update(organisation=club)
    Paper.objects.filter(pk=papers[1].pk).update(organisation=None)
    Affiliation.objects.filter(paper=papers[2]).delete()
    found = {row.name: (row.counter, row.stored, row.expected) for row in audit.mismatches()}
    assert found == {
        papers[0].arxiv_id: ("organisation", club.pk, lab.pk),
        papers[1].arxiv_id: ("organisation", 0, lab.pk),
        papers[2].arxiv_id: ("organisation", lab.pk, 0),
    }
    audit.repair()
    assert audit.mismatches() == []
    assert [shown(paper) for paper in papers] == ["lab", "lab", None]


@pytest.mark.django_db(transaction=True)
def test_admins_and_an_import_at_once():
    paper, organisations = PaperFactory(arxiv_id="2509.08721"), OrganisationFactory.create_batch(4)
    admins = [admin_of(organisation) for organisation in organisations]
    record = record_of(organisations[0].slug)

    def decide(organisation, admin):
        for verb in (Affiliation.objects.accept, Affiliation.objects.refuse, Affiliation.objects.accept):
            verb(admin, organisation, paper)

    everybody = [partial(decide, *pair) for pair in zip(organisations, admins, strict=True)]
    assert race(*everybody, *everybody, partial(save, [record]))[:8] == [None] * 8
    assert set(pairs().values()) == {ACCEPTED}
    assert audit.mismatches() == []


def test_an_import_is_believed_where_nobody_owns_the_organisation(club, lab):
    assert save([record_of("club")]) == ImportCounts(new=1)
    pair = Affiliation.objects.get()
    assert (pair.state, pair.is_guess, shown(pair.paper), pair.paper.revision) == (ACCEPTED, True, "club", 0)
    assert save([record_of("club")]) == ImportCounts(unchanged=1)
    assert audit.mismatches() == []


def test_an_import_only_suggests_to_an_organisation_that_somebody_owns(lab):
    assert save([record_of("lab")]) == ImportCounts(new=1)
    assert (pairs(), shown(Paper.objects.get())) == ({"lab": SUGGESTED}, None)
    assert save([record_of("lab")]) == ImportCounts(unchanged=1)
    assert pairs() == {"lab": SUGGESTED}


def test_what_was_accepted_before_anybody_owned_it_stays(club, alice):
    save([record_of("club")])
    Membership.objects.create(organisation=club, user=alice, role=Role.OWNER)
    assert save([record_of("club"), record_of("club", title="Sharing, again")]) == ImportCounts(changed=1, unchanged=1)
    assert pairs() == {"club": ACCEPTED}


def test_what_was_refused_or_untagged_is_not_brought_back(lab, club, alice, dora):
    save([record_of("lab")])
    paper = Paper.objects.get()
    Affiliation.objects.refuse(alice, lab, paper)
    save([record_of("club")])
    Affiliation.objects.refuse(dora, club, paper)
    for slug in ("lab", "club"):
        assert save([record_of(slug)]) == ImportCounts(unchanged=1)
    assert (pairs(), shown(paper)) == ({"lab": REFUSED, "club": REFUSED}, None)


def test_a_guess_gives_way_to_what_the_source_tells_now_and_nothing_else_does(club, lab, bob):
    other = OrganisationFactory(slug="other")
    save([record_of("club")])
    paper = Paper.objects.get()
    Affiliation.objects.suggest(bob, lab, paper)
    assert save([record_of("other")]) == ImportCounts(changed=1)
    assert (pairs(), shown(paper)) == ({"lab": SUGGESTED, "other": ACCEPTED}, "other")
    admin = admin_of(other)
    Affiliation.objects.refuse(admin, other, paper)
    Affiliation.objects.accept(admin, other, paper)
    assert save([record_of("lab")]) == ImportCounts(unchanged=1)
    assert pairs() == {"lab": SUGGESTED, "other": ACCEPTED}
    assert audit.mismatches() == []


def test_batches_end_as_their_records_one_by_one(club, lab, alice):
    OrganisationFactory(slug="other")
    save([record_of("lab")])
    Affiliation.objects.refuse(alice, lab, Paper.objects.get())
    records = [record_of("club"), record_of("lab"), record_of("other"), record_of("club"), record_of("lab")]
    ends = []
    for batches in ([records], [[record] for record in records]):
        with transaction.atomic():
            for batch in batches:
                save(batch)
            ends.append((pairs(), shown(Paper.objects.get())))
            transaction.set_rollback(True)
    assert ends == [({"lab": REFUSED}, None)] * 2


def test_statements_of_an_import_do_not_grow_with_its_organisations(db, django_assert_num_queries):
    for votes, statements in ((1, 25), (2, 21)):
        records = [
            PaperRecord.from_source(
                arxiv_id=f"2509.{n:05}",
                title="Sharing",
                published_at="2025-09-10",
                organisation=(f"org-{n % 50}", "Org"),
                votes=votes,
            )
            for n in range(200)
        ]
        with django_assert_num_queries(statements):
            save(records)
    assert Organisation.objects.count() == 50


def test_the_first_is_known_by_the_moment(paper, lab, club):
    for organisation, day in ((lab, 2), (club, 1)):
        moment = datetime(2025, 9, day, tzinfo=UTC)
        Affiliation.objects.create(paper=paper, organisation=organisation, state=ACCEPTED, since=moment)
    audit.repair()
    assert shown(paper) == "club"
