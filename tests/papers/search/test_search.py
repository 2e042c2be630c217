"""The results of searches and their order: by words, by meaning, and both fused."""

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lib.words import fold
from papers.models import Embedding, Paper
from papers.search import lexicon, results, retrieval
from papers.search.syntax import terms
from tests.factories import PaperFactory
from tests.papers.search import library as sample_papers

# --- words


EVERY_WORD = {
    "stems": {"toxicity": ["molecules"], "TOXIC drug": ["molecules"], "the drugs of": ["molecules"]},
    "all of them": {"survey language": [], "reasoning toxicity": [], "reasoning language": ["chain"]},
    "accents": {"godel": ["godel"], "gödel strasse": ["godel"], "NAÏVELY": ["godel"], "nunez": ["molecules"]},
    "the last word's beginning": {"molec": ["molecules"], "neural net": ["molecules"], "net neural": []},
    "signs": {"gpt 4": ["decoding"], "GPT-4": ["decoding"], "gpt–4 answers": ["decoding"]},
    "or": {"drugs OR radiology": ["molecules", "tumours"], "drugs OR radiology graph": ["molecules"]},
    "phrases": {'"chain of thought"': ["chain"], '"language models" solve': ["chain"], '"models language"': []},
    "names": {"choi": ["molecules", "tumours"], "choi radiology": ["tumours"], "o'brien": ["godel"]},
    "minus": {
        "reasoning -survey": ["chain"],
        'chain -"chain of thought"': ["survey"],
        "choi -nuñez": ["tumours"],
        "reasoning -the": ["chain", "survey"],
    },
    "stop words": {"the of": [], '"the of"': [], "the graph": ["molecules"], "": []},
}


@pytest.mark.parametrize("postings", [lexicon.MAX_POSTINGS, -1])  # words are looked up, or papers are looked through
@pytest.mark.parametrize("answers", EVERY_WORD.values(), ids=EVERY_WORD)
def test_every_word(found, answers, postings, monkeypatch):
    monkeypatch.setattr(lexicon, "MAX_POSTINGS", postings)
    monkeypatch.setattr(lexicon, "LOOKUP_FACTOR", postings)
    for words, names in answers.items():
        hits = found(words, by="words")
        assert sorted(name for name in hits if "every" in hits[name].retrievers) == names, words


def test_some_words_are_enough_but_stand_below_all(found):
    hits = found("language models solve", by="words")
    assert {name: hit.retrievers for name, hit in hits.items()} == {"chain": {"every", "any"}, "decoding": {"any"}}
    assert list(hits) == ["chain", "decoding"]


@pytest.mark.parametrize("by", ["", "words", "meaning"])
def test_a_phrase_must_be_there(found, by):
    assert list(found('"chain of thought" reasoning', by=by)) == ["chain"]
    assert list(found('"chain of thoughts" prompting', by=by)) == ["chain"]  # stems
    assert list(found('"thought chain" reasoning', by=by)) == []
    assert "survey" in found('"chain of thought" OR reasoning', by=by)


def test_a_title_that_begins_with_the_words_stands_first_then_one_that_has_them_side_by_side(db):
    shorter = PaperFactory(title="Anything, we segment", abstract="Segment anything. " * 3)
    inside = PaperFactory(title="Why segment anything in long titles about other things", abstract="")
    named = PaperFactory(title="Segment anything: a long title about many other things", abstract="Else.")
    sample_papers.index()
    hits = results.search(Paper.objects.all(), terms("segment anything"), by="words").hits
    assert [hit.pk for hit in hits] == [named.pk, inside.pk, shorter.pk]


def test_the_rarer_word_counts_more(found):
    assert list(found("models reasoning agents zebra", by="words")) == ["survey", "chain", "decoding"]


def test_title_above_names_above_abstract(db):
    in_abstract = PaperFactory(title="Beta", abstract="Choi alpha.", authors=["Zeta Gamma"])
    in_names = PaperFactory(title="Alpha", abstract="Beta gamma.", authors=["Zeta Choi"])
    in_title = PaperFactory(title="Choi", abstract="Alpha beta.", authors=["Zeta Gamma"])
    sample_papers.index()
    hits = results.search(Paper.objects.all(), terms("choi"), by="words").hits
    assert [hit.pk for hit in hits] == [in_title.pk, in_names.pk, in_abstract.pk]


def test_a_new_paper_is_found_before_its_words_are_counted(found, library):
    new = PaperFactory(title="Quokkas", authors=[])
    assert [hit.pk for hit in results.search(Paper.objects.all(), terms("quokkas"), by="words").hits] == [new.pk]


def test_a_common_word_is_read_no_further_than_the_budget(db, monkeypatch):
    for n in range(9):
        PaperFactory(title=f"Common {'rare' if n == 4 else 'x'}")
    sample_papers.index()
    monkeypatch.setattr(lexicon, "MAX_POSTINGS", 5)
    hits = results.search(Paper.objects.all(), terms("common rare zebra"), by="words").hits
    assert [Paper.objects.get(pk=hit.pk).title for hit in hits] == ["Common rare"]


# --- typing errors


@pytest.mark.parametrize(
    ("typed", "correct"),
    [
        ("tumuors", "tumours"),  # swapped
        ("segmeting", "segmenting"),  # missing
        ("molleculess", "molecules"),  # too many
        ("dekodink", "decoding"),  # wrong
        ("Nunes", "nunez"),  # a name
        ("Rönneburger", "ronneberger"),
        ("grpah", "graph"),
    ],
)
def test_a_misspelt_word_is_read_as_the_nearest_in_a_title_or_a_name(library, found, typed, correct):
    for by in ("words", "meaning", ""):
        search = results.search(Paper.objects.all(), terms(f"{typed} network"), by=by)
        assert search.analysis.corrections[fold(typed)] == correct
        assert {fold(typed), correct} <= search.analysis.highlighted
        assert set(found(f"{typed} network", by=by)) == set(found(f"{correct} network", by=by))


UNCORRECTED = {
    "grxxh": "two of five letters",
    "moxxxules": "three",
    "reasoned": "another form of a word that is there",
    "molec": "begins one",
    "segmentin": "begins one, too",
    "thoughtfull": "like a word that stands in an abstract only",
    '"tumuors grpah"': "a phrase",
    '"tumuors" OR "grpah"': "words in quotes",
    "graph -tumuors": "not wanted",
    "the of": "stop words",
    "xqzkwv": "like none",
}


def test_nothing_else_is_corrected(library):
    for words, why in UNCORRECTED.items():
        assert results.search(Paper.objects.all(), terms(words), by="words").analysis.corrections == {}, why


@pytest.mark.parametrize(
    ("typed", "corrected"),
    [
        ("reinforcment tumuors", "reinforcement tumours"),  # "reinforcment" has the stem of "reinforcement"
        ("reinforcements image tumuors", "reinforcements image tumours"),  # other forms of words that are in titles
        ('"reinforcment" tumuors', '"reinforcment" tumours'),
    ],
)
def test_with_one_word_all_misspelt_ones_are_corrected(library, typed, corrected):
    PaperFactory(title="Reinforcement")
    sample_papers.index()
    analysis = results.search(Paper.objects.all(), terms(typed), by="words").analysis
    assert str(terms(typed).corrected(analysis.corrections)) == corrected


@pytest.mark.parametrize("field", ["title", "abstract", "authors"])
def test_no_word_that_some_paper_has_is_corrected(library, field):
    PaperFactory(**{field: ["Tumuors"] if field == "authors" else "Tumuors"})  # not counted yet
    assert results.search(Paper.objects.all(), terms("tumuors"), by="words").analysis.corrections == {}


# --- meaning, and both


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("finding cancer in scans", "tumours"),
        ("speeding up text generation", "decoding"),
        ("is this medicine poisonous", "molecules"),
    ],
)
def test_meaning_finds_what_shares_no_word_with_the_question(found, question, name):
    hits = found(question)
    assert next(iter(hits)) == name
    assert hits[name].retrievers == {"near"}
    assert found(question, by="words") == {}


def test_meaning_leaves_out_what_is_far(found):
    assert found("xqzkwv", by="meaning") == {}
    assert "tumours" not in found("graph drugs", by="meaning")


def test_a_minus_counts_for_meaning_too(found):
    assert "tumours" in found("finding cancer in scans", by="meaning")
    assert "tumours" not in found("finding cancer in scans -radiology", by="meaning")


@pytest.mark.parametrize("words", ["language models reasoning", "graph toxicity", "choi radiology"])
def test_a_score_is_the_sum_of_those_by_words_and_by_meaning(found, words):
    both, by_words, by_meaning = (found(words, by=by) for by in ("", "words", "meaning"))
    assert set(both) == set(by_words) | set(by_meaning)
    for name, hit in both.items():
        single = [hits[name] for hits in (by_words, by_meaning) if name in hits]
        assert hit.score == pytest.approx(sum(hit.score for hit in single))
        assert hit.retrievers == frozenset().union(*(hit.retrievers for hit in single))


def test_who_is_found_by_several_stands_above(found):
    hits = found("language models reasoning")
    assert hits["chain"].retrievers == {"every", "any", "near"}
    assert next(iter(hits)) == "chain"
    scores = [hit.score for hit in hits.values()]
    assert scores == sorted(scores, reverse=True)


def test_vectors_of_another_model_are_not_compared(found, library):
    Embedding.objects.update(model="another")
    assert found("finding cancer in scans", by="meaning") == {}


# --- limits and the cache


def test_of_many_papers_with_every_word_the_first_in_the_order_asked_for_are_ranked(db, monkeypatch):
    monkeypatch.setattr(retrieval, "EVERY_LIMIT", 2)
    papers = [PaperFactory(title="Alike", imported_votes=votes, imported_comments=-votes + 9) for votes in (1, 2, 3)]
    for first, ranked in ((("vote_count", "id"), papers[1:]), (("discussion", "id"), papers[:2])):
        found = results.search(Paper.objects.all(), terms("alike"), by="words", first=first)
        assert {hit.pk for hit in found.hits if "every" in hit.retrievers} == {paper.pk for paper in ranked}
        assert (found.exact_count, found.has_more) == (2, True)
        assert set(found.sortable(Paper.objects.all())) == set(papers)  # all stand in other orders


def test_common_words_are_looked_for_among_the_first_papers_only(db, monkeypatch):
    monkeypatch.setattr(lexicon, "LOOKUP_FACTOR", 0)
    monkeypatch.setattr(lexicon, "MAX_POSTINGS", 0)
    monkeypatch.setattr(retrieval, "SCAN_LIMIT", 2)
    another = PaperFactory(title="Another", imported_votes=0)
    papers = [PaperFactory(title="Alike", imported_votes=votes) for votes in (1, 2, 3)]
    sample_papers.index()
    found = results.search(Paper.objects.all(), terms("alike"), by="words")
    assert ({hit.pk for hit in found.hits}, found.has_more) == ({paper.pk for paper in papers[1:]}, True)
    assert found.is_scan
    assert not results.search(Paper.objects.all(), terms("the"), by="words").is_scan  # which asks for no word
    rare = results.search(Paper.objects.all(), terms("another"), by="words")
    assert (rare.exact_count, set(rare.sortable(Paper.objects.all()))) == (0, {another})
    filtered = results.search(Paper.objects.filter(vote_count__gt=0), terms("alike"), by="words")
    assert ({hit.pk for hit in filtered.hits}, filtered.has_more) == ({paper.pk for paper in papers[1:]}, True)


def test_the_few_papers_of_a_filter_are_all_searched(db, monkeypatch):
    monkeypatch.setattr(lexicon, "LOOKUP_FACTOR", 0)
    monkeypatch.setattr(lexicon, "MAX_POSTINGS", 0)
    monkeypatch.setattr(retrieval, "SCAN_LIMIT", 2)
    papers = [PaperFactory(title="Alike", imported_votes=votes) for votes in (1, 2, 3)]
    sample_papers.index()
    last = results.search(Paper.objects.filter(vote_count__lt=3), terms("alike"), by="words")
    assert ({hit.pk for hit in last.hits}, last.has_more) == ({paper.pk for paper in papers[:2]}, False)


@pytest.mark.parametrize("limit", [0, 100])
def test_filters_apply_to_meaning_and_to_phrases_whether_few_or_many_papers_are_left(library, monkeypatch, limit):
    monkeypatch.setattr(retrieval, "SCAN_LIMIT", limit)
    for words, by in (("language models reasoning", "meaning"), ('"language models"', "")):
        everything = results.search(Paper.objects.all(), terms(words), by=by).hits
        some = [hit.pk for hit in everything][::2]
        found = results.search(Paper.objects.filter(pk__in=some), terms(words), by=by).hits
        assert [hit.pk for hit in found] == some


def statements(papers, **options) -> int:
    with CaptureQueriesContext(connection) as made:
        results.search(papers, terms("graph"), **options)
    return len(made)


def test_a_question_to_all_papers_is_answered_once_a_minute(library, time_machine):
    assert statements(Paper.objects.all()) > 0
    assert statements(Paper.objects.all()) == 0
    assert statements(Paper.objects.all(), by="words") > 0
    assert statements(Paper.objects.all(), first=("listed_at", "id")) > 0
    caches["searches"].clear()
    assert statements(Paper.objects.all()) > 0


def test_it_is_kept_for_a_minute(library, time_machine):
    time_machine.move_to("2025-11-23T10:00:00Z", tick=False)
    assert statements(Paper.objects.all()) > 0
    time_machine.shift(59)
    assert statements(Paper.objects.all()) == 0
    time_machine.shift(2)
    assert statements(Paper.objects.all()) > 0


def test_a_question_to_some_papers_is_not_kept(library):
    statements(Paper.objects.all())  # which asks once what the database can do
    for papers in (Paper.objects.filter(vote_count=0), Paper.objects.exclude(pk=0)):
        assert statements(papers) == statements(papers) > 0
