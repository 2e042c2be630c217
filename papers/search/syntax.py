"""The language of the search box: `org:nvidia votes>=10 after:2025-W30 "chain of thought" agents OR planning -survey`.

`parse` reads a typed text, `unparse` makes the text for the parameters of an address, `terms` reads the words.
Filters and excluded words apply to the whole text, wherever they stand, and are taken out before OR is read, so
`a OR -b c` is `a OR c -b`.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache, partial

from lib.text import one_line
from lib.words import bare
from papers import period
from papers.models import ArtefactKind, Outcome

MAX_LENGTH = 500
ANY = "any"
HAS = ("code", *ArtefactKind.values)
OUTCOMES = (ANY, *Outcome.values)  # of reports of reproduction

_QUOTES = str.maketrans("“”„", '"""')
_CATEGORY = re.compile(r"[a-z-]+\.[A-Za-z-]+")
_FIRST_DAY = date(1991, 1, 1)  # papers.period reads no earlier day, yet 1991-W01 begins in 1990


@dataclass(frozen=True)
class Query:
    """A typed text as the parameters of an address: `words` for `q`, and `filters` by their parameters' names.

    `problems` are sentences about the tokens that could not be read.
    """

    words: str
    filters: dict[str, str]
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Term:
    """A word or a quoted phrase as typed, not folded."""

    text: str
    is_phrase: bool

    def __str__(self) -> str:
        return f'"{self.text}"' if self.is_phrase else self.text

    def corrected(self, corrections: Mapping[str, str]) -> "Term":
        return self if self.is_phrase else Term(corrections.get(bare(self.text), self.text), is_phrase=False)


@dataclass(frozen=True)
class Terms:
    """A paper matches if it has any term of each group in `all` and no term in `none`.

    As a string, it is the words in canonical form. `is_verbatim`: misspelt words are searched for as they are.
    """

    all: tuple[tuple[Term, ...], ...]
    none: tuple[Term, ...]
    is_verbatim: bool = False

    def __str__(self) -> str:
        return " ".join([*(" OR ".join(map(str, group)) for group in self.all), *(f"-{term}" for term in self.none)])

    def corrected(self, corrections: Mapping[str, str]) -> "Terms":
        """The same terms with these corrections, by the folded word, of the wanted ones that are not in quotes."""
        return replace(self, all=tuple(tuple(term.corrected(corrections) for term in group) for group in self.all))

    @property
    def plain(self) -> str:
        """All wanted words, without operators, for the embedding model."""
        return " ".join(term.text for group in self.all for term in group)


def _text(value: str) -> str:
    """Any text. Raises ValueError for an empty one."""
    if not value:
        raise ValueError
    return value


def _one_of(choices: Collection[str], value: str) -> str:
    """The value in lower case. Raises ValueError if it is none of the choices."""
    if value.lower() not in choices:
        raise ValueError
    return value.lower()


def _votes(value: str, increment: int = 0) -> int:
    """The number plus the increment. Raises ValueError unless it is written in digits and below 2³¹."""
    number = int(value) + increment
    if not value.isdecimal() or number >= 2**31:
        raise ValueError
    return number


def _span(value: str) -> tuple[date, date]:
    """The first and the last day of the day, week, month or year. Raises NoSuchPeriod."""
    kind = {7: "month", 8: "week"}.get(len(value), "day")
    first = last = value.upper()
    if len(value) == 4:
        kind, first, last = "month", f"{value}-01", f"{value}-12"
    start, end = period.parse(kind, first).start, period.parse(kind, last).end
    return max(start, _FIRST_DAY), end - timedelta(days=1)


# Prefix: the parameter, a function that reads its value or raises ValueError, an example.
# `unparse` writes a parameter's last prefix.
_FILTERS = {
    "org:": ("org", _text, "org:nvidia"),
    "author:": ("author", _text, 'author:"Yejin Choi"'),
    "cat:": ("topic", _text, "cat:cs.CL"),
    "topic:": ("topic", _text, "topic:robotics"),
    "has:": ("has", partial(_one_of, HAS), "has:code, model, dataset or demo"),
    "repro:": ("repro", partial(_one_of, OUTCOMES), "repro:works, partly, fails or any"),
    "seen:": ("seen", partial(_one_of, ["no", "new"]), "seen:no or seen:new"),
    "votes:": ("min_votes", _votes, "votes:10"),
    "votes>": ("min_votes", lambda value: _votes(value, 1), "votes>9"),
    "votes>=": ("min_votes", _votes, "votes>=10"),
    "after:": ("after", lambda value: _span(value)[0], "after:2025-01-31, 2025-W30, 2025-01 or 2025"),
    "before:": ("before", lambda value: _span(value)[1], "before:2025-01-31, 2025-W30, 2025-01 or 2025"),
}
_PREFIXES = {name: prefix for prefix, (name, _, _) in _FILTERS.items()}
_TOKEN = re.compile(
    rf"(?=\S)(?P<minus>-*)(?P<prefix>{'|'.join(sorted(_FILTERS, reverse=True))})?"
    r'(?:"(?P<quoted>[^"]*)(?:"|(?P<unclosed>\Z))|(?P<bare>[^\s"]*))',
    re.IGNORECASE | re.ASCII,
)


@lru_cache(maxsize=1_000)
def parse(text: str) -> Query:
    """The words and filters of any text. Tokens that end beyond MAX_LENGTH are not read.

    Counted are the characters of the text's normal form NFKC, since ㌖ is looked up as the six letters it stands for.
    """
    words, filters, problems = [], {}, []
    for token in _TOKEN.finditer(cleaned := _clean(text)):
        if len(unicodedata.normalize("NFKC", cleaned[: token.end()])) > MAX_LENGTH:
            problems.append(f"{_quote(token)} and the rest was ignored: a search has at most {MAX_LENGTH} characters.")
            break
        if token["unclosed"] is not None:
            problems.append(f"{_quote(token)} has no closing quote.")
        if token["prefix"]:
            problems += _read_filter(token, filters)
        else:
            words.append(token[0])
    return Query(str(terms(" ".join(words))), filters, tuple(problems))


def normalise_value(name: str, value: str) -> str:
    """The value of a parameter as `parse` returns it (`after=2025-01` becomes a day); unchanged if it can't be read."""
    if name not in _PREFIXES:
        return value
    _, convert, _ = _FILTERS[_PREFIXES[name]]
    try:
        return str(convert(value))
    except ValueError:
        return value


def unparse(params: Mapping[str, str]) -> str:
    """The text of the search box for the parameters of an address: filters first, then `q`. Others are ignored."""
    tokens = []
    for name, prefix in _PREFIXES.items():
        if value := one_line(_clean(params.get(name, "")).replace('"', "")):
            typed = "cat:" if name == "topic" and _CATEGORY.fullmatch(value) else prefix
            tokens.append(f'{typed}"{value}"' if " " in value else typed + value)
    return " ".join([*tokens, _clean(params.get("q", ""))]).strip()


@lru_cache(maxsize=1_000)
def terms(words: str) -> Terms:
    """The words of a text. Filters and words without a letter or digit are ignored."""
    wanted, unwanted, is_alternative = [], [], False
    for token in _TOKEN.finditer(_clean(words)):
        term = Term(_value(token), token["quoted"] is not None)
        if token["prefix"] or not any(map(str.isalnum, term.text)):
            continue
        if token["minus"]:
            unwanted.append(term)
        elif token[0] == "OR":
            is_alternative = bool(wanted)
        elif is_alternative:
            wanted[-1] += (term,)
            is_alternative = False
        else:
            wanted.append((term,))
    return Terms(tuple(wanted), tuple(unwanted))


def _read_filter(token: re.Match, filters: dict[str, str]) -> Iterator[str]:
    """Adds the filter of this token to `filters`, and yields a sentence for each problem with it."""
    name, convert, example = _FILTERS[token["prefix"].lower()]
    if token["minus"]:
        yield f"{_quote(token)} was ignored: a minus works only before words."
        return
    try:
        value = str(convert(_value(token)))
    except ValueError:
        yield f"{_quote(token)} was ignored: write it as {example}."
        return
    if name in filters:
        yield f"{_quote(token)} replaces “{filters[name][:40]}”: each filter can be used once."
    filters[name] = value


def _clean(text: str) -> str:
    """The text in one line, with straight quotes, without characters that an address or the database cannot hold."""
    return one_line(text.encode(errors="ignore").decode()).translate(_QUOTES)


def _value(token: re.Match) -> str:
    return (token["quoted"] or token["bare"] or "").strip()


def _quote(token: re.Match) -> str:
    return f"“{token[0][:40]}”"
