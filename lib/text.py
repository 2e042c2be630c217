"""Functions for plain text: making it one line, cutting it, the forms that search compares, and initials."""

import re
import unicodedata
from functools import lru_cache
from itertools import chain, zip_longest

from anyascii import anyascii
from django.utils.text import slugify

# Letters of scripts without spaces between words, or with endings that stand close to a word as in Korean: Thai, Lao,
# Burmese, Khmer, kana, Bopomofo, Chinese characters, Hangul; and kana of half the width, which `fold` makes whole.
UNSPACED = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ebd\u0ec0-\u0ecd\u0edc-\u0edf\u1000-\u103f\u1050-\u108f\u109a-\u109d"
    "\u1100-\u11ff\u1780-\u17d3\u3005\u3041-\u3096\u3099\u309a\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    "\u3105-\u312f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9f\U00020000-\U0002ffff"
)
# Marks that belong to letters, from Devanagari to Burmese, of Khmer and kana. Python's \w leaves them out. Without
# U+0CF3 of 2022, which PostgreSQL may not know.
_MARKED_SCRIPTS = [*range(0x900, 0xCF3), *range(0xD00, 0x1100), *range(0x1780, 0x17D4), 0x3099, 0x309A]
MARKS = "".join(c for c in map(chr, _MARKED_SCRIPTS) if unicodedata.category(c) in ("Mn", "Mc"))
_LETTER = re.compile(rf"[{UNSPACED}][{MARKS}\uff9e\uff9f]*")
_RUN = re.compile(f"[{UNSPACED}]+")
_STRAY_MARK = re.compile(rf"(?<![^\W\d_])(?<![{MARKS}])[{MARKS}]+")
_NO_WORD = re.compile(rf"[^\w.{MARKS}]|_|(?<!\d)\.|\.(?!\d)")  # a dot between digits is part of a number
_APOSTROPHES = str.maketrans("", "", "'‘’`")
_DOTTED_NUMBER = re.compile(r"\d+(?:\.\d+)+")
_BEFORE_NUMBER = re.compile(r"(?=\d)(?<=[^\W_][^\W\d_])")
# A letter and a whole number are one word, since letters such as A and T by themselves are stop words.
_IN_LETTER_AND_NUMBER = re.compile(r"[-‐‑–_^](?=\d)(?<=[^\W\d_].)(?<![^\W_]..)(?!.\d+\.\d)")
LETTER_AND_NUMBER = r"(?<![^\W_])[^\W\d_][-‐‑–_^]?(?!\d+\.\d)\d+"
# Signs that make another word: C++ is not C, A* is not A, UNet++ is not only UNet, and .NET is no net.
SIGN_WORD = r"(?<![\w*])[^\W\d_](?:\+\+|[#*])(?![^\W\d_]|[*+])|(?<!\w)\.net(?!\w)"
_SIGN_WORD = re.compile(SIGN_WORD + r"|(?<=\w\w)\+\+(?!\w)")
_SIGN = re.compile(r"\+\+|[#*]|\.net")
_SPELLING = {"++": "plusplus", "#": "sharp", "*": "star", ".net": "dotnet"}
MAX_WORD = 500  # characters, which are fewer bytes than the 2,046 of a word that PostgreSQL indexes
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
_STRAY_SELECTOR = re.compile(f"(?<![{_EMOJI}])\ufe0f")
_STRAY_JOINER = re.compile(f"(?<![{_JOINED}\ufe0f])[\u200c\u200d]|[\u200c\u200d](?![{_JOINED}])")
# Marks that are set above or below the letter before them, in all living scripts, but for signs that make one letter of
# two (nukta, virama, and the lower letters of Tibetan). No language needs more than four on one letter.
_BLOCKS = [range(0x300, 0xF8D), range(0xFC6, 0x3100), range(0xA660, 0xAC00), range(0xFE20, 0xFE30)]
_MARK = "".join(
    mark
    for mark in map(chr, chain(*_BLOCKS))
    if unicodedata.category(mark) in ("Mn", "Me") and unicodedata.combining(mark) not in (7, 9)
)
_JOINERS = "\u200c\u200d"
_FOUR_MARKS = f"[{_JOINERS}]?".join([f"[{_MARK}]"] * 4)
_HEAP = re.compile(f"({_FOUR_MARKS})[{_JOINERS}]?[{_MARK}][{_MARK}{_JOINERS}]*")
_CONTROL_IN_LINES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_LINE_END = re.compile("\r\n?|[\x85\u2028\u2029]")
_QUOTATION_MARKS = str.maketrans(dict.fromkeys('"“”„‟«»', "'"))


def one_line(text: str) -> str:
    """Returns the text in NFC, on one line, without invisible characters and with single spaces between words.

    Joiners (U+200C, U+200D) remain between emoji and between letters of scripts that need them, from Arabic to Burmese,
    Khmer and Mongolian. At most four accents remain on one letter, and none before the first letter.
    """
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    words = _CONTROL.sub(" ", unicodedata.normalize("NFC", _visible(text))).split()
    line = _HEAP.sub(r"\1", " ".join(words).lstrip(_MARK + _JOINERS + " "))
    return one_line(line) if _STRAY_JOINER.search(line) else line  # NFC may have put another mark before a joiner


def legible(text: str) -> str:
    """Returns the lines of the text without invisible and control characters, and with “\\n” at the end of each.

    At most four accents remain on one letter, and none before the first letter.
    """
    if text.isascii() and text.isprintable():
        return text
    lines = _CONTROL_IN_LINES.sub("", _visible(_LINE_END.sub("\n", text)))
    return _HEAP.sub(r"\1", lines.lstrip(_MARK + _JOINERS))


def _visible(text: str) -> str:
    return _STRAY_JOINER.sub("", _STRAY_SELECTOR.sub("", _INVISIBLE.sub("", text)))


def cut(text: str, limit: int) -> str:
    """Returns at most `limit` characters of a line: up to the end of a word, with an ellipsis if it was cut."""
    if len(text) <= limit:
        return text
    end = text.rfind(" ", limit // 2, limit)
    return text[: end if end > 0 else limit - 1].rstrip(" ,;:.–-") + "…"


def line(text: object, limit: int) -> str:
    """Returns the text as one line of at most `limit` characters."""
    return cut(one_line(str(text)), limit)


def quoted(text: object) -> str:
    """Returns text that a person typed as a “quotation” inside a sentence of a mail: one line, cut to 80 characters.

    Quotation marks in it become apostrophes, so that the text cannot end its own quotation.
    """
    return f"“{line(str(text).translate(_QUOTATION_MARKS), 80)}”"


def as_quotation(text: str) -> str:
    """Returns the text with “> ” before each line, as mail programs quote."""
    return "\n".join(f"> {one_line(text_line)}".rstrip() for text_line in text.splitlines())


def fold(text: str) -> str:
    """Returns the text in lower case and without accents: "lucja" is "Łucja".

    Latin letters become ASCII, and digits of all scripts 0 to 9. Other letters lose the accents that are set on them
    (й is и, ά is α), but keep the marks that belong to them: Indic vowels, Thai tones, the voicing of が. Letters
    beyond U+FFFF are romanised, except for Chinese ones, since PostgreSQL may not know that they are letters.
    """
    if text.isascii():
        return one_line(text).lower()
    decomposed = unicodedata.normalize("NFKD", one_line(text))
    folded = one_line(unicodedata.normalize("NFKC", "".join(map(_folded, decomposed))))
    return folded.replace("l·l", "ll")  # of Catalan


@lru_cache(maxsize=10_000)
def _folded(character: str) -> str:
    """Returns what a character of NFKD is compared as."""
    if _is_accent(character) or character in "\u0640\u200c\u200d":  # Arabic's tatweel, and joiners
        return ""
    if "\u02b9" <= character <= "\u02bf":  # apostrophes that are letters
        return "'"
    folded = character.casefold().lower()
    if not folded.isalnum():
        return folded
    is_latin = unicodedata.name(character, "").startswith("LATIN ")
    is_known = character < "\U00010000" or "\U00020000" <= character < "\U0002b739"
    return folded if folded.isalpha() and is_known and not is_latin else anyascii(folded).lower()


def _is_accent(character: str) -> bool:
    """Returns whether the mark is set on letters of many scripts, or points Hebrew or Arabic, by its combining class.

    The classes between these are of marks that make another letter.
    """
    combining_class = unicodedata.combining(character)
    return combining_class == 1 or 10 <= combining_class <= 36 or combining_class >= 200


def bare(text: str) -> str:
    """Returns the folded words and numbers of the text, which are the lexemes that PostgreSQL's parser finds in it.

    "GPT-4", "gpt4" and "gpt 4" are the same, and so are "L2", "L-2", "L_2" and "L²". Words with signs are spelled:
    "cplusplus". Where words stand without spaces, each letter is a word together with the next one, and the last one
    alone: "深度 度学 学".

    By itself, PostgreSQL's parser finds a negative number in "GPT-4", a path in "and/or" and a host in "here.Then".
    """
    words = fold(text)
    if not words.isascii():
        words = _RUN.sub(_pairs, words)
    if _SIGN.search(words):  # which takes less time
        words = _SIGN_WORD.sub(_spelled, words)
    words = _STRAY_MARK.sub("", _NO_WORD.sub(" ", _IN_LETTER_AND_NUMBER.sub("", words.translate(_APOSTROPHES))))
    words = _BEFORE_NUMBER.sub(" ", _DOTTED_NUMBER.sub(r" \g<0> ", words))
    return " ".join(word[:MAX_WORD].rstrip(".") for word in words.split())


def bare_term(text: str) -> str:
    """Returns those words of `bare` that a text with this term has, whatever follows it there: "深度 度学"."""
    words = bare(text).split()
    return " ".join(words[:-1] if is_tail(*words[-2:]) else words)


def is_tail(word: str = "", following: str = "") -> bool:
    """Returns whether the following word of `bare` is only the last letter of this one."""
    return is_letter(following) and word.endswith(following) and word != following


def is_letter(word: str) -> bool:
    """Returns whether the word is a single letter of a script without spaces between words."""
    return bool(_LETTER.fullmatch(word))


def letters(run: str) -> list[str]:
    """Returns the letters of words without spaces between them, each with its marks."""
    return _LETTER.findall(run)


def is_sign_word(word: str) -> bool:
    """Returns whether the word of `bare` is the spelling of a word with a sign, such as "cplusplus"."""
    return word in _SPELLING.values() or word[1:] in _SPELLING.values()


def _spelled(match: re.Match) -> str:
    return f" {_SIGN.sub(lambda sign: _SPELLING[sign[0]], match[0])} "


def _pairs(match: re.Match) -> str:
    run = letters(match[0])
    return f" {' '.join(map(''.join, zip_longest(run, run[1:], fillvalue='')))} "


def ascii_slug(text: str, limit: int) -> str:
    """Returns the text for an address or a file name: at most `limit` letters a to z, digits, and single hyphens.

    Other scripts are romanised: "深度" is "shendu". Text without letters and digits becomes "".
    """
    return slugify(anyascii(one_line(text)).replace("_", "-"))[:limit].strip("-")


def byline(names: list[str], number: int) -> str:
    """Returns a line for a paper with `number` authors, of whom `names` are the first: "Ada, Grace and 3,000 more"."""
    if names and number > len(names):
        return f"{', '.join(names)} and {number - len(names):,} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def initials(name: str) -> str:
    """Returns one or two letters that stand for a missing picture, or "" for a name without letters and digits."""
    words = [word for word in name.replace("-", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in words[:2]).upper()
