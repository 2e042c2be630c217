"""The language of the search box: `org:nvidia votes>=10 after:2025-W30 "chain of thought" agents OR planning -survey`.

`parse` reads what a person typed, `write` puts an address back into the box, `terms` reads the words for the search.
Everything but wanted words is taken out before OR is read: filters and excluded words count for the whole text,
wherever they stand, so `a OR -b c` is `a OR c -b`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from lib.text import bare, one_line
from papers import period

MAX_LENGTH = 500

_QUOTES = str.maketrans("“”„", '"""')
_CATEGORY = re.compile(r"[a-z-]+\.[A-Za-z-]+")
_FIRST_DAY = date(1991, 1, 1)  # papers.period reads no earlier day, yet 1991-W01 begins in 1990


@dataclass(frozen=True)
class Query:
    """`words` and `filters` are what goes into the address, `problems` are sentences about what could not be read."""

    words: str
    filters: dict[str, str]
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Term:
    """A word or a phrase as typed, not folded."""

    text: str
    is_phrase: bool

    def __str__(self) -> str:
        return f'"{self.text}"' if self.is_phrase else self.text


@dataclass(frozen=True)
class Terms:
    """Of each group in `all` any term must match, and none of `none`. As a string: the words in normal form."""

    all: tuple[tuple[Term, ...], ...]
    none: tuple[Term, ...]

    def __str__(self) -> str:
        return " ".join([*(" OR ".join(map(str, group)) for group in self.all), *(f"-{term}" for term in self.none)])

    def spelled(self, words: Mapping[str, str]) -> "Terms":
        """With these words, by their folded form, in place of wanted ones."""
        groups = ((Term(words.get(bare(t.text), t.text), t.is_phrase) for t in group) for group in self.all)
        return Terms(tuple(map(tuple, groups)), self.none)

    @property
    def plain(self) -> str:
        """All wanted words, without operators, for the embedding model."""
        return " ".join(term.text for group in self.all for term in group)


def _text(value: str) -> str:
    if not value:
        raise ValueError
    return value


def _what(value: str) -> str:
    if value.lower() != "code":
        raise ValueError
    return "code"


def _votes(value: str, more: int = 0) -> int:
    number = int(value) + more
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


# What is typed: the parameter, how its value is read (or ValueError), an example. `write` takes a parameter's last key.
_FILTERS = {
    "org:": ("org", _text, "org:nvidia"),
    "author:": ("author", _text, 'author:"Yejin Choi"'),
    "cat:": ("topic", _text, "cat:cs.CL"),
    "topic:": ("topic", _text, "topic:robotics"),
    "has:": ("has", _what, "has:code"),
    "votes:": ("min_votes", _votes, "votes:10"),
    "votes>": ("min_votes", lambda value: _votes(value, 1), "votes>9"),
    "votes>=": ("min_votes", _votes, "votes>=10"),
    "after:": ("after", lambda value: _span(value)[0], "after:2025-01-31, 2025-W30, 2025-01 or 2025"),
    "before:": ("before", lambda value: _span(value)[1], "before:2025-01-31, 2025-W30, 2025-01 or 2025"),
}
_KEYS = {name: key for key, (name, _, _) in _FILTERS.items()}
_PART = re.compile(
    rf"(?=\S)(?P<minus>-*)(?P<key>{'|'.join(sorted(_FILTERS, reverse=True))})?"
    r'(?:"(?P<quoted>[^"]*)(?:"|(?P<unclosed>\Z))|(?P<bare>[^\s"]*))',
    re.IGNORECASE | re.ASCII,
)


@lru_cache(maxsize=1_000)
def parse(text: str) -> Query:
    """What the text asks for, whatever it is. What ends beyond MAX_LENGTH is not read."""
    words, filters, problems = [], {}, []
    for part in _PART.finditer(_clean(text)):
        if part.end() > MAX_LENGTH:
            problems.append(f"{_quote(part)} and the rest is not read: a search has at most {MAX_LENGTH} characters.")
            break
        if part["unclosed"] is not None:
            problems.append(f"{_quote(part)} has no closing quote: it is read up to the end.")
        if part["key"]:
            problems += _read_filter(part, filters)
        else:
            words.append(part[0])
    return Query(str(terms(" ".join(words))), filters, tuple(problems))


def settle(name: str, value: str) -> str:
    """A parameter of an address as `parse` writes it (`after=2025-01` is a day then); what can't be read stays."""
    if name not in _KEYS:
        return value
    _, read, _ = _FILTERS[_KEYS[name]]
    try:
        return str(read(value))
    except ValueError:
        return value


def write(params: Mapping[str, str]) -> str:
    """The text of the box for the parameters of an address: filters first, then `q`. Others are ignored."""
    parts = []
    for name, key in _KEYS.items():
        if value := one_line(_clean(params.get(name, "")).replace('"', "")):
            typed = "cat:" if name == "topic" and _CATEGORY.fullmatch(value) else key
            parts.append(f'{typed}"{value}"' if " " in value else typed + value)
    return " ".join([*parts, _clean(params.get("q", ""))]).strip()


@lru_cache(maxsize=1_000)
def terms(words: str) -> Terms:
    """The words of a text. Filters in it are passed over, as are words without a letter or digit."""
    wanted, unwanted, is_alternative = [], [], False
    for part in _PART.finditer(_clean(words)):
        term = Term(_value(part), part["quoted"] is not None)
        if part["key"] or not any(map(str.isalnum, term.text)):
            continue
        if part["minus"]:
            unwanted.append(term)
        elif part[0] == "OR":
            is_alternative = bool(wanted)
        elif is_alternative:
            wanted[-1] += (term,)
            is_alternative = False
        else:
            wanted.append((term,))
    return Terms(tuple(wanted), tuple(unwanted))


def _read_filter(part: re.Match, filters: dict[str, str]) -> Iterator[str]:
    """Puts the filter among the others; yields what is wrong with it."""
    name, read, example = _FILTERS[part["key"].lower()]
    if part["minus"]:
        yield f"{_quote(part)} cannot be read: a minus goes before words only."
        return
    try:
        value = str(read(_value(part)))
    except ValueError:
        yield f"{_quote(part)} cannot be read: write it like {example}."
        return
    if name in filters:
        yield f"{_quote(part)} takes the place of “{filters[name][:40]}”: each filter counts once."
    filters[name] = value


def _clean(text: str) -> str:
    """One line with straight quotes, and nothing in it that an address or the database cannot hold."""
    return one_line(text.encode(errors="ignore").decode()).translate(_QUOTES)


def _value(part: re.Match) -> str:
    return (part["quoted"] or part["bare"] or "").strip()


def _quote(part: re.Match) -> str:
    return f"“{part[0][:40]}”"
