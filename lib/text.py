"""Functions for plain text: making it one line, cutting it, quoting it, and initials."""

import calendar
import re
import unicodedata
from itertools import chain

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
# Characters that are invisible or change the direction of the line: Unicode's Default_Ignorable_Code_Point except for
# those below, the directional and annotation characters, the blank of Braille, and halves of surrogate pairs.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\u2800\u3164\ud800-\udfff\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# Persian and the scripts of India spell words with joiners, and they combine emoji; between other characters they are
# invisible. So is the emoji selector (U+FE0F) anywhere but behind an emoji.
_EMOJI = "\u2600-\u27bf\U0001f000-\U0001faff"
_JOINED = "\u0600-\u109f\u1780-\u18af" + _EMOJI
# Marks that are set above or below the letter before them, in all living scripts, but for signs that make one letter of
# two (nukta, virama, and the lower letters of Tibetan). No language needs more than four on one letter.
_BLOCKS = [range(0x300, 0xF8D), range(0xFC6, 0x3100), range(0xA660, 0xAC00), range(0xFE20, 0xFE30)]
_MARK = "".join(
    mark
    for mark in map(chr, chain(*_BLOCKS))
    if unicodedata.category(mark) in ("Mn", "Me") and unicodedata.combining(mark) not in (7, 9)
)
_JOINERS = "\u200c\u200d"
# NFC sorts these behind a letter, so that no rule below may depend on their order.
_SORTED = "".join(filter(unicodedata.combining, map(chr, chain(*_BLOCKS, [0xFB1E], range(0x101FD, 0x1E94B)))))
_OTHER = "".join(set(_SORTED) - set(_MARK)) + _JOINERS
_RUN = _MARK + _OTHER
_HEAP = re.compile(f"(?<![{_RUN}])((?:[{_OTHER}]*+[{_MARK}]){{4}})[{_OTHER}]*+[{_MARK}][{_RUN}]*")
_LONG_RUN = re.compile(f"[{_SORTED}]{{30,}}")
_ANY_MARK = re.compile(f"[{_MARK}]")  # which takes less time
_ANY_JOINER = re.compile(f"[{_JOINERS}]")
_STRAY_SELECTOR = re.compile(f"(?<![{_EMOJI}])\ufe0f")
_STRAY_RUN = re.compile(f"(?<![{_JOINED}\ufe0f{_RUN}])[{_RUN}]+")
_STRAY_JOINER = re.compile(f"[{_JOINERS}]{{2,}}|[{_JOINERS}](?![{_JOINED}{_RUN}])")
_CONTROL_IN_LINES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_LINE_END = re.compile("\r\n?|[\x85\u2028\u2029]")
_DATE = re.compile(rf"\d (?:{'|'.join(calendar.month_name[1:])})\b(?: \d{{4}}\b)?")
BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")
_QUOTATION_MARKS = str.maketrans(dict.fromkeys('"“”„‟«»', "'"))


def one_line(text: str) -> str:
    """Returns the text in NFC, on one line, without invisible characters and with single spaces between words.

    Joiners (U+200C, U+200D) remain between emoji and between letters of scripts that need them, from Arabic to Burmese,
    Khmer and Mongolian. At most four accents remain on one letter, and none before the first letter.
    """
    if text.isascii():
        return " ".join((text if text.isprintable() else _CONTROL.sub(" ", text)).split())
    words = _CONTROL.sub(" ", _readable(normalised("NFC", _visible(text)))).split()
    return unicodedata.normalize("NFC", " ".join(words).lstrip(_RUN + " "))


def legible(text: str) -> str:
    """Returns the lines of the text without invisible and control characters, and with “\\n” at the end of each.

    At most four accents remain on one letter, and none before the first letter.
    """
    if text.isascii() and text.isprintable():
        return text
    return _readable(_visible(_CONTROL_IN_LINES.sub("", _LINE_END.sub("\n", text)))).lstrip(_RUN)


def normalised(form: str, text: str) -> str:
    """Returns the text in this form of Unicode.

    Python sorts the marks behind a letter in a time that grows with the square of their number unless they are sorted.
    """
    return unicodedata.normalize(form, _LONG_RUN.sub(_sorted_marks, text))


def _sorted_marks(run: re.Match) -> str:
    return "".join(sorted(run[0], key=unicodedata.combining))


def _visible(text: str) -> str:
    return _STRAY_SELECTOR.sub("", _INVISIBLE.sub("", text))


def _readable(text: str) -> str:
    """Returns the text with joiners only where they join, and at most four accents on a letter."""
    if _ANY_JOINER.search(text):
        text = _STRAY_RUN.sub(lambda run: _ANY_JOINER.sub("", run[0]), text)
        text = _STRAY_JOINER.sub("", text)
    return _HEAP.sub(r"\1", text) if _ANY_MARK.search(text) else text


def cut(text: str, limit: int) -> str:
    """Returns at most `limit` characters of a line: up to the end of a word, with an ellipsis if it was cut."""
    if len(text) <= limit:
        return text
    end = text.rfind(" ", limit // 2, limit)
    return text[: end if end > 0 else limit - 1].rstrip(" ,;:.–-") + "…"


def line(text: object, limit: int) -> str:
    """Returns the text as one line of at most `limit` characters."""
    return cut(one_line(str(text)), limit)


def quoted(text: object, limit: int = 80) -> str:
    """Returns text that a person typed as a “quotation” inside a sentence: one line of at most `limit` characters.

    Quotation marks in it become apostrophes, so that the text cannot end its own quotation.
    """
    return f"“{line(str(text).translate(_QUOTATION_MARKS), limit)}”"


def as_quotation(text: str) -> str:
    """Returns the text with “> ” before each line, as mail programs quote."""
    return "\n".join(f"> {one_line(text_line)}".rstrip() for text_line in text.splitlines())


def unbroken(text: str) -> str:
    """Returns the text with no-break spaces in its dates, such as `10 September 2025`."""
    return _DATE.sub(lambda date: date[0].replace(" ", "\N{NO-BREAK SPACE}"), text)


def byline(names: list[str], number: int) -> str:
    """Returns a line for a paper with `number` authors, of whom `names` are the first: "Ada, Grace and 3,000 more"."""
    if names and number > len(names):
        return f"{', '.join(names)} and {number - len(names):,} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def initials(name: str) -> str:
    """Returns one or two letters that stand for a missing picture, or "" for a name without letters and digits."""
    words = [word for word in name.replace("-", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in words[:2]).upper()
