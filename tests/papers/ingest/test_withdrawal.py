"""Withdrawn papers: their detection in arXiv's texts, what saving changes, and what pages show."""

import pytest
from django.dispatch import Signal

from papers.ingest import withdrawal
from papers.ingest.save import ImportCounts, save
from papers.models import Paper
from papers.signals import papers_listed, papers_revised, papers_withdrawn
from tests.papers.ingest.test_arxiv import RAW, atom, parse, response
from tests.papers.ingest.test_save import FULL, record_of

ENTRY = "<id>http://arxiv.org/abs/2509.08721v2</id><title>T</title><published>2025-09-10T16:14:20Z</published>"
NOTICE = "This paper has been withdrawn by the author due to a crucial error in equation 3"


@pytest.mark.parametrize(
    "comment",
    [
        NOTICE,
        "This article has been withdrawn",
        "this submission is now\n  withdrawn because of an error",
        "The paper was withdrawn by the authors.",
        "This manuscript is being withdrawn for a major revision",
        "Withdrawn",
        "Withdrawn by the authors; Lemma 2 is wrong",
        "[withdrawn]",
        "Paper withdrawn due to a flaw",
        "12 pages, 3 figures. This work has been withdrawn by the authors",
        "arXiv admin note: This paper has been withdrawn by arXiv due to disputed authorship",
        "10 pages; arXiv admin note: withdrawn by arXiv administrators",
        "arXiv admin note: This version withdrawn by arXiv administrators",
        "arXiv Admin Note: submission withdrawn by arXiv due to excessive reuse of text",
    ],
)
def test_a_comment_that_withdraws(comment):
    assert withdrawal.is_withdrawn(comment, "An abstract.")


@pytest.mark.parametrize(
    "comment",
    [
        None,
        "",
        "12 pages, 3 figures",
        "Supersedes arXiv:2401.00001, which has been withdrawn",
        "Replaces our withdrawn paper arXiv:2401.00001",
        "Withdrawn from ICLR 2025",
        "This paper was withdrawn from NeurIPS and resubmitted",
        "Submitted to AAAI 2024; withdrawn",
        "v2 was withdrawn by mistake, v3 is v1",
        "This paper has not been withdrawn",
        "Money withdrawn by depositors",
    ],
)
def test_a_comment_that_mentions_withdrawing(comment):
    assert not withdrawal.is_withdrawn(comment, "An abstract.")


@pytest.mark.parametrize(
    ("abstract", "expected"),
    [
        (NOTICE, True),
        ("Withdrawn.", True),
        ("This paper has been withdrawn", True),
        ("Withdrawn due to an error in the proof.", True),
        ("", False),
        ("Withdrawn consent is a problem of data protection.", False),
        ("We ask how much is withdrawn. This paper has been withdrawn from nothing.", False),
        ("Liquidity is often withdrawn by the banks that need it.", False),
    ],
)
def test_an_abstract_that_withdraws(abstract, expected):
    assert withdrawal.is_withdrawn("12 pages", abstract) is expected


@pytest.mark.parametrize("xml", [
    atom(f"{ENTRY}<arxiv:comment>{NOTICE}</arxiv:comment>"),
    atom(f"{ENTRY}<summary>{NOTICE}</summary>"),
    response(RAW.replace("<abstract>", f"<comments>{NOTICE}</comments><abstract>")),
    response(
        f"<arXiv><created>2013-02-08</created><title>T</title><comments>{NOTICE}</comments>"
        "<abstract>A</abstract></arXiv>"
    ),
    response(
        "<dc><title>T</title><description>A</description>"
        f"<description>Comment: {NOTICE}</description><date>2013-02-08</date></dc>"
    ),
], ids=["atom", "atom abstract", "raw", "arXiv", "dc"])  # fmt: skip
def test_every_format_tells_it(xml):
    assert [record.seems_withdrawn for record in parse(xml)] == [True]
    assert [record.seems_withdrawn for record in parse(xml.replace(NOTICE, "12 pages"))] == [False]


def versions(*types) -> str:
    """A record of arXivRaw with versions of these source types, None for one without."""
    elements = "".join(
        f'<version version="v{number}"><date>Fri, {number} Feb 2013 21:00:01 GMT</date>'
        f"{(kind and f'<source_type>{kind}</source_type>') or ''}</version>"
        for number, kind in enumerate(types, 1)
    )
    return response(
        f"<arXivRaw>{elements}<title>T</title><comments>An error in Section 2 was found</comments>"
        "<categories>cs.CL</categories><abstract>A</abstract></arXivRaw>"
    )


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        (("D", "I"), True),
        ((None, "I"), True),
        (("D", "SI"), True),
        (("I",), True),
        (("D", "I", "D"), False),
        ((None, "I", None), False),
        (("D",), False),
        ((None, None), None),
    ],
)
def test_the_type_of_the_last_versions_source_tells_it(types, expected):
    assert [record.withdrawn for record in parse(versions(*types))] == [expected]


def test_the_type_of_the_source_counts_more_than_prose():
    xml = versions("D", "I", "D").replace("An error in Section 2 was found", NOTICE)
    assert [record.withdrawn for record in parse(xml)] == [False]


@pytest.mark.parametrize(("kind", "is_withdrawn"), [("D", False), ("I", True)])
@pytest.mark.parametrize("comment", [NOTICE, "12 pages"])
def test_the_type_of_the_source_counts_more_than_prose_of_another_format(db, kind, is_withdrawn, comment):
    raw = parse(versions("D", kind))
    prose = parse(atom(ENTRY.replace("2509.08721", "1302.2146") + f"<arxiv:comment>{comment}</arxiv:comment>"))
    for records in (raw + prose + raw, prose + raw + prose):
        for record in records:
            save([record])
        assert bool(Paper.objects.get().withdrawn_at) is is_withdrawn
        Paper.objects.all().delete()


def test_prose_without_a_version_may_be_of_a_later_one(db):
    save(parse(versions("D")))
    prose = f"<arXiv><created>2013-02-08</created><title>T</title><comments>{NOTICE}</comments></arXiv>"
    for comments in (prose, prose.replace(NOTICE, "12 pages")):
        save(parse(response(comments)))
        assert Paper.objects.get().withdrawn_at


def test_a_withdrawal_by_its_files_is_undone_by_a_version_with_files(db):
    for types, is_withdrawn in ((("D",), False), (("D", "I"), True), (("D", "I", None), False)):
        save(parse(versions(*types)))
        assert bool(Paper.objects.get().withdrawn_at) is is_withdrawn


@pytest.fixture
def sent(db):
    """The signals that were sent, as pairs of a name and the papers' arXiv ids."""
    signals = []

    def receive(signal: Signal, papers, **more):
        name = {papers_listed: "listed", papers_revised: "revised", papers_withdrawn: "withdrawn"}[signal]
        signals.append((name, sorted(Paper.objects.filter(pk__in=papers).values_list("arxiv_id", flat=True))))

    for signal in (papers_listed, papers_revised, papers_withdrawn):
        signal.connect(receive)
    yield signals
    for signal in (papers_listed, papers_revised, papers_withdrawn):
        signal.disconnect(receive)


def test_rooms_above_are_told_once_of_what_came_grew_and_went(sent):
    other = record_of(arxiv_id="2509.00001")
    for _ in range(2):
        save([FULL, other])
    assert sent == [("listed", ["2509.00001", "2509.08721"])]
    sent.clear()
    save([record_of(version=2, title="Only its title"), record_of(version=1, title="Before")])
    assert sent == []
    for _ in range(2):
        save([record_of(version=3), record_of(arxiv_id="2509.00001", version=2, withdrawn=True)])
    assert sent == [("revised", ["2509.08721"]), ("withdrawn", ["2509.00001"])]
    sent.clear()
    save([record_of(arxiv_id="2509.00001", version=3, withdrawn=False)])
    assert sent == [("revised", ["2509.00001"])]


def test_a_dry_run_tells_nobody(sent):
    save([FULL], dry_run=True)
    assert sent == []


def test_withdrawn_until_a_later_version_is_back(sent):
    save([FULL])
    moments = []
    for record, is_withdrawn in [
        (record_of(seems_withdrawn=True), False),  # of the first version, while the second is here
        (record_of(version=2, seems_withdrawn=False), False),
        (record_of(version=3, seems_withdrawn=True), True),
        (record_of(version=3, seems_withdrawn=False), True),
        (record_of(version=2, seems_withdrawn=False), True),
        (record_of(votes=7), True),
        (record_of(version=4), True),
        (record_of(version=5, seems_withdrawn=False), False),
        (record_of(version=5, seems_withdrawn=True), False),
    ]:
        save([record])
        moments.append(Paper.objects.get().withdrawn_at)
        assert bool(moments[-1]) is is_withdrawn
        assert save([record]) == ImportCounts(unchanged=1)
    assert len(set(moments)) == 2


def test_a_paper_that_comes_withdrawn(sent):
    save([record_of(withdrawn=True)])
    assert Paper.objects.get().withdrawn_at
    assert sent == [("listed", ["2509.08721"])]


def test_readers_see_it(db, stranger):
    save([FULL])
    for path, words in (("/papers", "Withdrawn</strong>"), ("/papers/2509.08721", "This paper was withdrawn")):
        assert words not in stranger.get(path).content.decode()
    save([record_of(version=3, withdrawn=True)])
    for path, words in (("/papers", "Withdrawn</strong>"), ("/papers/2509.08721", "This paper was withdrawn")):
        assert words in stranger.get(path).content.decode()
