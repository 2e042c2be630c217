"""A question's words as the index knows them: how rare each is, and what a misspelt one was meant to be."""

import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db import connection
from rapidfuzz.distance import OSA

from lib.text import bare
from papers.search.syntax import Terms

POSTINGS = 4_000  # entries of the index that a search by any word may read
MANY = 150  # times the papers there are: what the square of the papers found may not reach to be looked up one by one
SHORT = 5  # letters of a word in which only one may be wrong
LONGEST = 2_046  # bytes of a word that PostgreSQL keeps
MIN_PREFIX = 3  # letters that the last word needs to stand for all that begin so


@dataclass(frozen=True)
class Wording:
    """`every`, `phrases` and `none` are tsqueries, "" where they ask nothing: all wanted terms, those in quotes, any
    unwanted one. `narrow` is that of the rarest wanted terms, as many as leave about POSTINGS papers; "" where all
    leave so many that those are found faster along the order. `together` has the wanted words side by side in a title
    or among the names; `opening` is a regular expression for a title that begins with them.

    `corpus` is how many papers there are, N. `weights` has the wanted lexemes, rarest first, with their inverse
    document frequency as BM25 has it, ln(1 + (N − n + ½) / (n + ½)) if n papers have one (Robertson and Zaragoza 2009,
    doi:10.1561/1500000019).
    The first `rare` of them are found within POSTINGS. `marked` are the lexemes that count as found in a text, and
    so does what begins with `prefix`; `named` is the tsquery of any of them in a name. `mended`: words that no paper
    has, and what they were read as.
    """

    every: str
    narrow: str
    phrases: str
    none: str
    together: str
    opening: str
    corpus: int
    weights: dict[str, float]
    rare: int
    marked: frozenset[str]
    prefix: str
    named: str
    mended: dict[str, str]


@dataclass(frozen=True)
class _Reading:
    """A term as two tsqueries, of its stems and as it is spelled, and how many papers have each of their lexemes.

    A stop word has no stem, and asks something only within a phrase. `beginnings` counts, if it is the prefix, the
    papers of each word that begins so.
    """

    text: str
    stems: str
    spelled: str
    papers: dict[str, int]
    spellings: dict[str, int]
    beginnings: int
    corpus: int

    @property
    def is_unknown(self) -> bool:
        return bool(self.stems) and not any(self.papers.values()) and not any(self.spellings.values())

    @property
    def lexemes(self) -> dict[str, int]:
        """Its stems; where no paper has one, also what stands in names as it is spelled."""
        unknown = not all(self.papers.values())
        return self.papers | ({word: n for word, n in self.spellings.items() if n} if unknown else {})

    @property
    def reach(self) -> int:
        """How many papers have it, at most."""
        return max(self.beginnings, min(self.papers.values(), default=0), min(self.spellings.values(), default=0))

    def query(self, prefix: str) -> str:
        """Its tsquery; the prefix, if it is this term, stands for all that begin so."""
        if not self.stems and " " not in self.text:
            return ""
        return _any(dict.fromkeys([self.stems, self.spelled, f"{quote(prefix)}:*" if self.text == prefix else ""]))


def read(terms: Terms) -> Wording:
    """Ask the index about the terms: one statement, two if a word has to be mended."""
    groups = [[bare(term.text) for term in group] for group in terms.all]
    unwanted = [bare(term.text) for term in terms.none]
    prefix = _prefix(terms)
    readings = _read([*(text for group in groups for text in group), *unwanted], prefix)
    if prefix and not readings[prefix].is_unknown:
        readings[prefix] = replace(readings[prefix], beginnings=0)
        prefix = ""  # it is a word by itself: who asks for SAM does not mean samples
    mended = _mend(groups, readings)
    readings |= _read(mended.values(), "")
    wanted = [[*group, *(mended[text] for text in group if text in mended)] for group in groups]
    asked = [_any(readings[text].query(prefix) for text in group) for group in wanted]
    words = bare(terms.spelled(mended).plain).split()
    lexemes = {lexeme: n for group in wanted for text in group for lexeme, n in readings[text].lexemes.items()}
    marked = frozenset(lexemes) | {word for group in wanted for text in group for word in readings[text].spellings}
    corpus = max((reading.corpus for reading in readings.values()), default=0)
    weights, rare = _weigh(lexemes, corpus)
    reaches = [sum(readings[text].reach for text in group) for group in wanted]
    return Wording(
        every=_all(asked),
        narrow=_narrow(dict(zip(asked, reaches, strict=True)), corpus),
        phrases=_all(query for query, group in zip(asked, terms.all, strict=True) if all(t.is_phrase for t in group)),
        none=_any(readings[text].query("") for text in unwanted),
        together=_any([_side_by_side(words, "D"), _side_by_side(words, "C")]),
        opening="^" + "[^[:alnum:]]*".join(map(re.escape, words)) + "([^[:alnum:]]|$)",
        corpus=corpus,
        weights=weights,
        rare=rare,
        marked=marked,
        prefix=prefix,
        named=_any([*(f"{quote(word)}:C" for word in marked), f"{quote(prefix)}:*C" if prefix else ""]),
        mended=mended,
    )


def author_query(name: str) -> str:
    """The tsquery of papers that have these words, side by side, among their authors' names; "" for none."""
    return _side_by_side(bare(name).split(), "C")


def _prefix(terms: Terms) -> str:
    last = terms.all[-1][-1] if terms.all else None
    text = "" if last is None or last.is_phrase else bare(last.text)
    return text if len(text) >= MIN_PREFIX and " " not in text else ""


def _read(texts: Iterable[str], prefix: str) -> dict[str, _Reading]:
    texts = list(dict.fromkeys(texts))
    if not texts:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_READ, [prefix, f"{prefix}%", texts])
        return {
            text: _Reading(text, stems, spelled, json.loads(papers), json.loads(spellings), *rest)
            for text, stems, spelled, papers, spellings, *rest in cursor
        }


_COUNTS = """
    (SELECT coalesce(jsonb_object_agg(lexeme, coalesce(papers, 0)), '{{}}')
    FROM unnest(tsvector_to_array(to_tsvector('{config}', term))) lexeme
    LEFT JOIN papers_word ON word = lexeme
    WHERE numnode(plainto_tsquery('english', lexeme)) > 0)
"""
_READ = f"""
    SELECT
        term,
        phraseto_tsquery('english', term)::text,
        phraseto_tsquery('simple', term)::text,
        {_COUNTS.format(config="english")},
        {_COUNTS.format(config="simple")},
        CASE WHEN term = %s THEN coalesce((SELECT sum(papers) FROM papers_word WHERE word LIKE %s), 0) ELSE 0 END,
        coalesce((SELECT papers FROM papers_word WHERE word = ''), 0)
    FROM unnest(%s::text[]) term
"""  # noqa: S608 (both parts are constants)


def _mend(groups: list[list[str]], readings: dict[str, _Reading]) -> dict[str, str]:
    """What was meant by each single word that no paper has and that begins none: the likeliest spelling near it."""
    lost = [
        text
        for group in groups
        for text in group
        if readings[text].is_unknown and " " not in text and not readings[text].beginnings
    ]
    if not lost:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_ALIKE, [lost])
        alike = [(OSA.distance(text, word), -spelled, text, word) for text, word, spelled in cursor]
    likeliest_last = sorted((match for match in alike if match[0] <= _errors(match[2])), reverse=True)
    return {text: word for _, _, text, word in likeliest_last}


def _errors(text: str) -> int:
    """How many letters may be wrong, missing, too many or swapped."""
    return 1 if len(text) <= SHORT else 2


_ALIKE = """
    SELECT lost, word, spelled
    FROM unnest(%s::text[]) lost, LATERAL (
        SELECT word, spelled FROM papers_word
        WHERE spelled > 0 AND word %% lost ORDER BY similarity(word, lost) DESC LIMIT 30
    ) alike
    WHERE NOT EXISTS (  -- not even a paper that came after the last count
        SELECT FROM papers_searchentry
        WHERE words @@ (plainto_tsquery('english', lost) || plainto_tsquery('simple', lost))
    )
"""


def _weigh(lexemes: dict[str, int], corpus: int) -> tuple[dict[str, float], int]:
    """The weights, rarest lexeme first, and how many of them can be looked up within POSTINGS."""
    rarest_first = sorted(lexemes, key=lambda lexeme: (lexemes[lexeme], lexeme))
    weights, rare, postings = {}, 0, 0
    for place, lexeme in enumerate(rarest_first, 1):
        n = lexemes[lexeme]
        weights[lexeme] = math.log1p((max(corpus, n) - n + 0.5) / (n + 0.5))
        postings += n
        if postings <= POSTINGS:
            rare = place
    return weights, rare


def _narrow(reaches: dict[str, int], corpus: int) -> str:
    """As if words came together by chance; asks for no term that only has stop words."""
    chosen, left = [], corpus
    for query in sorted(filter(None, reaches), key=reaches.__getitem__):
        chosen.append(query)
        left *= min(1, reaches[query] / max(corpus, 1))
        if left <= POSTINGS:
            return _all(chosen)
    return _all(chosen) if left**2 < MANY * corpus else ""


def _side_by_side(words: list[str], label: str) -> str:
    if any(len(word.encode()) > LONGEST for word in words):
        return ""
    return " <-> ".join(f"{quote(word)}:{label}" for word in words)


def _all(queries: Iterable[str]) -> str:
    return " & ".join(f"({query})" for query in queries if query)


def _any(queries: Iterable[str]) -> str:
    return " | ".join(f"({query})" for query in queries if query)


def quote(lexeme: str) -> str:
    """The lexeme as a tsquery."""
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"
