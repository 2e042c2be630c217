"""Plain text: one line of it, the forms that search compares, and initials."""

import re
import unicodedata

_NO_WORD = re.compile(r"(?<!\d)\.|\.(?!\d)|[^\w.]|_")  # a dot between digits is part of a number
_BEFORE_NUMBER = re.compile(r"(?<=[^\W\d_])(?=\d)")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_UNSEEN = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")  # no width, or turns the line around


def one_line(text: str) -> str:
    """The text without control characters, those that cannot be seen, and hard line breaks: sources wrap lines."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    return " ".join(_CONTROL.sub(" ", _UNSEEN.sub("", text)).split())


def fold(text: str) -> str:
    """Case and accents gone, so that "Nuno" finds "Nuño": NFKD, combining marks dropped, casefolded."""
    if text.isascii():
        return one_line(text).lower()
    decomposed = unicodedata.normalize("NFKD", one_line(text))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def bare(text: str) -> str:
    """Folded, and nothing but words and numbers left, so that "GPT-4", "gpt4" and "gpt 4" are the same.

    PostgreSQL's parser would read a negative number there, a path in "and/or" and a host in "here.Then".
    """
    words = _NO_WORD.sub(" ", fold(text).replace("'", "").replace("’", ""))
    return " ".join(_BEFORE_NUMBER.sub(" ", words).split())


def byline(names: list[str], number: int) -> str:
    """Of so many authors these are the first: "Ada and Grace", "Ada, Grace and 3,000 more"."""
    if names and number > len(names):
        return f"{', '.join(names)} and {number - len(names):,} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def initials(name: str) -> str:
    """One or two letters for the place of a picture; "" for a name without a letter."""
    words = [word for word in name.replace("-", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in words[:2]).upper()
