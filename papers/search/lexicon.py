"""Looks up the words of a search in the index: how rare each is, and the likeliest spelling of a misspelt one."""

import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from operator import itemgetter

from django.db import connection
from rapidfuzz.distance import OSA

from lib.words import UNSPACED, bare, bare_name_term, bare_term, is_letter, is_sign_word, is_tail
from papers.models.searchentry import TITLE_START
from papers.search.syntax import Terms

MAX_POSTINGS = 4_000  # entries of the index that a search by any word may read
LOOKUP_FACTOR = 150  # papers are looked up one by one if the square of their number is below this times all papers
MAX_LOOKUPS = 8_000  # papers that are looked up one by one at most
SHORT_LENGTH = 5  # letters of a word in which at most one may be wrong
MIN_PREFIX_LENGTH = 3  # letters that the last word needs to match all words that begin with it
_UNCORRECTED = re.compile(rf"[\d{UNSPACED}]")  # words with these have many neighbours that mean something else


@dataclass(frozen=True)
class Analysis:
    """What the index says about the terms of a search. Each query is a tsquery, or "" if there is nothing to match.

    * `every_query`: matches papers that have all wanted terms.
    * `rare_query`: matches those that have the rarest wanted terms, as many of them as leave about MAX_POSTINGS papers.
      It is "" where all terms together leave so many papers that a walk along the order finds them faster.
    * `phrase_query`: matches papers that have all wanted terms in quotes.
    * `excluded_query`: matches papers that have any unwanted term.
    * `adjacent_query`: matches papers that have the wanted words side by side in the title or in the authors' names.
    * `title_query`: matches papers whose title begins with the wanted words.
    * `paper_count`: the number of all papers, N.
    * `weights`: the wanted lexemes, rarest first, with their inverse document frequency as in BM25,
      ln(1 + (N − n + ½) / (n + ½)) if n papers have one (Robertson and Zaragoza 2009, doi:10.1561/1500000019).
    * `rare_count`: how many of these, from the first on, are found within MAX_POSTINGS.
    * `highlighted`: the folded words that are highlighted in a text, and `prefix` the beginning of such words.
    * `name_query`: matches papers that have any highlighted word in an author's name.
    * `corrections`: words that no paper has, and the words that are searched for besides.
    """

    every_query: str
    rare_query: str
    phrase_query: str
    excluded_query: str
    adjacent_query: str
    title_query: str
    paper_count: int
    weights: dict[str, float]
    rare_count: int
    highlighted: frozenset[str]
    prefix: str
    name_query: str
    corrections: dict[str, str]


@dataclass(frozen=True)
class _TermStatistics:
    """How many papers have each lexeme of a term: of its stems, and of its words as they are spelled.

    `stem_query` and `spelling_query` are the tsqueries of both. A stop word has no stem, so it matches within a phrase
    only. `prefix_count` is, if the term is the prefix, the sum over all words that begin with it. `paper_count` is the
    number of all papers.
    """

    text: str
    stem_query: str
    spelling_query: str
    stem_counts: dict[str, int]
    spelling_counts: dict[str, int]
    prefix_count: int
    paper_count: int

    @property
    def is_unknown(self) -> bool:
        """Whether no paper has the term, which is no stop word."""
        return bool(self.stem_query) and not any([*self.stem_counts.values(), *self.spelling_counts.values()])

    @property
    def is_unspelled(self) -> bool:
        """Whether no paper has the words of the term as they are spelled, or words that begin with it."""
        return bool(self.stem_query) and not (any(self.spelling_counts.values()) or self.prefix_count)

    @property
    def lexeme_counts(self) -> dict[str, int]:
        """The counts of its stems and, where a stem is in no paper, of its spellings, since names are not stemmed."""
        if all(self.stem_counts.values()):
            return self.stem_counts
        return self.stem_counts | {word: n for word, n in self.spelling_counts.items() if n}

    @property
    def max_papers(self) -> int:
        """An upper bound of the number of papers that have the term."""
        counts = (self.stem_counts, self.spelling_counts)
        return max(self.prefix_count, *(min(lexemes.values(), default=0) for lexemes in counts))

    def query(self, prefix: str) -> str:
        """The tsquery of the term; if it is the prefix, all words that begin with it match."""
        if not self.stem_query and " " not in self.text:
            return ""
        beginning = f"{quote(prefix)}:*" if self.text == prefix else ""
        end = ":*" if is_letter(self.text.rpartition(" ")[2]) else ""  # as each letter begins a word of the index
        return _any(dict.fromkeys([self.stem_query + end, self.spelling_query + end, beginning]))


def analyse(terms: Terms) -> Analysis:
    """Look the terms up in the index: one statement, two if a word may be misspelt."""
    groups = [[bare_term(term.text) for term in group] for group in terms.all]
    excluded = [bare_term(term.text) for term in terms.none]
    prefix = _prefix(terms)
    statistics = _read_statistics([*(text for group in groups for text in group), *excluded], prefix)
    if prefix and not statistics[prefix].is_unknown:
        statistics[prefix] = replace(statistics[prefix], prefix_count=0)
        prefix = ""  # it is a whole word: a search for SAM does not find "samples"
    corrections = {} if terms.is_verbatim else _correct(terms, statistics)
    statistics |= _read_statistics(corrections.values(), "")
    corrected = terms.corrected(corrections)
    wanted = [
        list(dict.fromkeys([*group, *(bare_term(term.text) for term in other)]))
        for group, other in zip(groups, corrected.all, strict=True)
    ]
    queries = [_any(statistics[text].query(prefix) for text in group) for group in wanted]
    words = bare_term(corrected.plain).split()
    lexemes = {lexeme: n for group in wanted for text in group for lexeme, n in statistics[text].lexeme_counts.items()}
    highlighted = frozenset(lexemes).union(*(statistics[text].spelling_counts for group in wanted for text in group))
    paper_count = max((term.paper_count for term in statistics.values()), default=0)
    weights, rare_count = _weigh(lexemes, paper_count)
    max_papers = {
        query: sum(statistics[text].max_papers for text in group)
        for query, group in zip(queries, wanted, strict=True)
        if query
    }
    rarest_first = dict(sorted(max_papers.items(), key=itemgetter(1)))
    phrases = [all(term.is_phrase for term in group) for group in terms.all]
    return Analysis(
        every_query=_all(rarest_first),
        rare_query=_rare_query(rarest_first, paper_count),
        phrase_query=_all(query for query, is_phrase in zip(queries, phrases, strict=True) if is_phrase),
        excluded_query=_any(statistics[text].query("") for text in excluded),
        adjacent_query=_any([_side_by_side(words, "D"), _side_by_side(words, "C")]),
        title_query=_side_by_side([TITLE_START, *words], "D") if words else "",
        paper_count=paper_count,
        weights=weights,
        rare_count=rare_count,
        highlighted=highlighted,
        prefix=prefix,
        name_query=_any(
            f"{quote(word)}:{'*' if word == prefix or is_letter(word) else ''}C"
            for word in filter(None, [*highlighted, prefix])
        ),
        corrections=corrections,
    )


def author_query(name: str) -> str:
    """The tsquery of papers that have these words side by side among their authors' names; "" without a word.

    Where names stand without spaces, 山田 is also found in 山田太郎.
    """
    return _side_by_side(bare_name_term(name).split(), "C")


def _prefix(terms: Terms) -> str:
    """The folded last word, if it is a single word, long enough, and not in quotes; otherwise ""."""
    last = terms.all[-1][-1] if terms.all else None
    text = "" if last is None or last.is_phrase else bare(last.text)
    return text if len(text) >= MIN_PREFIX_LENGTH and " " not in text else ""


def _read_statistics(texts: Iterable[str], prefix: str) -> dict[str, _TermStatistics]:
    texts = list(dict.fromkeys(texts))
    if not texts:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_STATISTICS, [[prefix, *filter(is_letter, texts)], texts])
        return {
            text: _TermStatistics(text, stems, spellings, _counts(text, stem_counts), _counts(text, counts), *papers)
            for text, stems, spellings, stem_counts, counts, *papers in cursor
        }


def _counts(text: str, lexemes: str) -> dict[str, int]:
    """How many papers have each lexeme, without single letters that the word before them ends with."""
    tails = {following for word, following in pairwise(text.split()) if is_tail(word, following)}
    return {lexeme: n for lexeme, n in json.loads(lexemes).items() if lexeme not in tails}


_COUNTS = """
    (SELECT coalesce(jsonb_object_agg(lexeme, coalesce(papers, 0)), '{{}}')
    FROM unnest(tsvector_to_array(to_tsvector('{config}', term))) lexeme
    LEFT JOIN papers_word ON word = lexeme
    WHERE numnode(plainto_tsquery('english', lexeme)) > 0)
"""
_STATISTICS = f"""
    SELECT
        term,
        phraseto_tsquery('english', term)::text,
        phraseto_tsquery('simple', term)::text,
        {_COUNTS.format(config="english")},
        {_COUNTS.format(config="simple")},
        CASE WHEN term = ANY(%s) THEN coalesce((
            SELECT sum(papers) FROM papers_word WHERE word ~>=~ term AND word ~<~ (term || chr(1114111))  -- LIKE term%%
        ), 0) ELSE 0 END,
        coalesce((SELECT papers FROM papers_word WHERE word = ''), 0)
    FROM unnest(%s::text[]) term
"""  # noqa: S608 (all of it is constant)


def _correct(terms: Terms, statistics: dict[str, _TermStatistics]) -> dict[str, str]:
    """The likeliest spelling of each word, not in quotes, that no paper has and that is the beginning of no other.

    If there is one, words that are found by their stem, but spelled so in no title or name, are corrected with it:
    "reinforcment" has the stem of "reinforcement".
    """
    words = [bare_term(term.text) for group in terms.all for term in group if not term.is_phrase]
    misspelt = [word for word in words if statistics[word].is_unspelled and _is_correctable(word)]
    if not any(statistics[word].is_unknown for word in misspelt):
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_CANDIDATES, [misspelt])
        candidates = [(OSA.distance(text, word), -spelled, text, word) for text, word, spelled in cursor]
    likeliest_last = sorted((match for match in candidates if match[0] <= _max_errors(match[2])), reverse=True)
    return {text: word for _, _, text, word in likeliest_last}


def _is_correctable(text: str) -> bool:
    return not (" " in text or _UNCORRECTED.search(text) or is_sign_word(text))


def _max_errors(text: str) -> int:
    """How many letters of a word may be wrong, missing, added or swapped."""
    return 1 if len(text) <= SHORT_LENGTH else 2


_CANDIDATES = """
    SELECT misspelt, word, spelled
    FROM unnest(%s::text[]) misspelt, LATERAL (
        SELECT word, spelled FROM papers_word
        WHERE spelled > 0 AND word %% misspelt ORDER BY similarity(word, misspelt) DESC LIMIT 30
    ) candidate
    WHERE NOT EXISTS (  -- a paper that came after the last count may have it
        SELECT FROM papers_searchentry
        WHERE words @@ (plainto_tsquery('english', misspelt) || plainto_tsquery('simple', misspelt))
    ) OR (  -- the same word, in the same form: "image" is not corrected to "images"
        ts_lexize('english_stem', word) = ts_lexize('english_stem', misspelt) AND right(word, 2) = right(misspelt, 2)
    )
"""


def _weigh(lexemes: dict[str, int], paper_count: int) -> tuple[dict[str, float], int]:
    """The weights, rarest lexeme first, and how many of these lexemes are found within MAX_POSTINGS."""
    rarest_first = sorted(lexemes, key=lambda lexeme: (lexemes[lexeme], lexeme))
    weights, rare_count, postings = {}, 0, 0
    for count, lexeme in enumerate(rarest_first, 1):
        n = lexemes[lexeme]
        weights[lexeme] = math.log1p((max(paper_count, n) - n + 0.5) / (n + 0.5))
        postings += n
        if postings <= MAX_POSTINGS:
            rare_count = count
    return weights, rare_count


def _rare_query(max_papers: dict[str, int], paper_count: int) -> str:
    """The tsquery of the first of these terms, the rarest, estimated as if terms were independent."""
    rarest, estimate = [], paper_count
    for query, papers in max_papers.items():
        rarest.append(query)
        estimate *= min(1, papers / max(paper_count, 1))
        if estimate <= MAX_POSTINGS:
            return _all(rarest)
    are_few = estimate < MAX_LOOKUPS and estimate**2 < LOOKUP_FACTOR * paper_count
    return _all(rarest) if are_few else ""


def _side_by_side(words: list[str], label: str) -> str:
    """The tsquery of the words one after the other under a label of the index."""
    return " <-> ".join(f"{quote(word)}:{label}" for word in words)


def _all(queries: Iterable[str]) -> str:
    return " & ".join(f"({query})" for query in queries if query)


def _any(queries: Iterable[str]) -> str:
    return " | ".join(f"({query})" for query in queries if query)


def quote(lexeme: str) -> str:
    """The tsquery that matches this lexeme."""
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"
