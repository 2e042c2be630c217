"""Plain text: one line of it, and the folded form that search compares."""

import re
import unicodedata

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def one_line(text: str) -> str:
    """The text without control characters and hard line breaks: sources wrap at 80 columns."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    return " ".join(_CONTROL.sub(" ", text).split())


def fold(text: str) -> str:
    """Case and accents gone, so that "Nuno" finds "Nuño": NFKD, combining marks dropped, casefolded."""
    if text.isascii():
        return one_line(text).lower()
    decomposed = unicodedata.normalize("NFKD", one_line(text))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
