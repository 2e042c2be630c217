"""Records of files of BibTeX and RIS. Each record is read by itself, so that a broken one does not spoil the others."""

import re
from collections.abc import Iterator
from itertools import accumulate, pairwise

import rispy
from bibtexparser.bparser import BibTexParser

from papers.intake.limits import MAX_ENTRY, TOO_LONG
from papers.intake.recognised import Problem

MAX_DEPTH = 30  # braces within each other
_BIBTEX = re.compile(r"^[ \t]*@([A-Za-z]+)\s*[{(]", re.MULTILINE)
_RIS = re.compile(r"^TY  ?-", re.MULTILINE)
_RIS_END = re.compile(r"^ER  ?-.*\Z", re.MULTILINE | re.DOTALL)
_BRACE = re.compile(r"(?<!\\)[{}]")
_NO_ENTRIES = ("comment", "preamble", "string")


def is_bibtex(text: str) -> bool:
    return bool(_BIBTEX.search(text))


def is_ris(text: str) -> bool:
    return bool(_RIS.search(text))


def bibtex(text: str) -> Iterator[dict | Problem]:
    """Yields the fields of each entry, or what is wrong with it."""
    parser = BibTexParser(ignore_nonstandard_types=False, interpolate_strings=False, common_strings=True)
    parser.expect_multiple_parse = True
    for entry in _chunks(_BIBTEX, text):
        if _BIBTEX.match(entry)[1].lower() not in _NO_ENTRIES:
            yield _bibtex_entry(parser, entry)


def ris(text: str) -> Iterator[dict | Problem]:
    """Yields the fields of each record, or what is wrong with it."""
    for record in _chunks(_RIS, text):
        if len(record) > MAX_ENTRY:
            yield Problem.of(record, TOO_LONG)
        elif not _RIS_END.search(record):
            yield Problem.of(record, "This record of RIS has no end, a line “ER  -”.")
        else:
            try:
                yield from rispy.loads(record, skip_unknown_tags=True, enforce_list_tags=False)
            except TypeError:  # of rispy, for a second line of a field that comes more than once
                yield Problem.of(record, "This record of RIS has a field with several lines more than once.")


def count(text: str) -> int:
    """Returns how many records there are at most."""
    return sum(1 for _ in _BIBTEX.finditer(text)) or sum(1 for _ in _RIS.finditer(text))


def _chunks(start: re.Pattern, text: str) -> Iterator[str]:
    """Yields what is from each beginning of a record to the next one."""
    begins = [match.start() for match in start.finditer(text)]
    return (text[begin:end] for begin, end in pairwise([*begins, len(text)]))


def _bibtex_entry(parser: BibTexParser, entry: str) -> dict | Problem:
    if len(entry) > MAX_ENTRY:
        return Problem.of(entry, TOO_LONG)
    depths = list(accumulate(1 if brace == "{" else -1 for brace in _BRACE.findall(entry)))
    if depths and max(depths) > MAX_DEPTH:
        return Problem.of(entry, f"This entry has more than {MAX_DEPTH} braces within each other.")
    entries = parser.parse(entry).entries  # of all entries so far
    if not entries:
        return Problem.of(entry, "This entry of BibTeX is broken: look at its braces and commas.")
    fields = entries[0]
    entries.clear()
    return fields
