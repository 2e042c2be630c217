"""Words as search compares them: without case and accents, and one spelling for words with signs."""

import re
import unicodedata
from functools import lru_cache
from itertools import zip_longest

from anyascii import anyascii
from django.utils.text import slugify

from lib.text import one_line

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
_SPACE_IN_RUN = re.compile(rf"(?<=[{UNSPACED}])\s+(?=[{UNSPACED}])")
_STRAY_MARK = re.compile(rf"(?<![^\W\d_])(?<![{MARKS}])[{MARKS}]+")
_NO_WORD = re.compile(rf"[^\w .{MARKS}]|_")
_ASCII_NO_WORD = {code: " " for code in range(128) if not chr(code).isalnum() and chr(code) != "."}  # takes less time
_NO_POINT = re.compile(r"\.(?:(?!\d)|(?<!\d.))")  # a dot between digits is part of a number
_APOSTROPHES = str.maketrans("", "", "'‘’`")
_DIGIT = re.compile(r"\d")
# These begin with what is rare, which takes less time.
_DOTTED_NUMBER = re.compile(r"\d(?<!\d\d)\d*+(?:\.\d++)+")
_NUMBER_AFTER_LETTERS = re.compile(r"\d(?<=[^\W_][^\W\d_].)")
# A letter and a whole number are one word, since letters such as A and T by themselves are stop words.
_IN_LETTER_AND_NUMBER = re.compile(r"[-‐‑–_^](?=\d)(?<=[^\W\d_].)(?<![^\W_]..)(?!.\d+\.\d)")
LETTER_AND_NUMBER = r"(?<![^\W_])[^\W\d_][-‐‑–_^]?(?!\d+\.\d)\d+"
# Signs that make another word: C++ is not C, A* is not A, UNet++ is not only UNet, and .NET is no net.
SIGN_WORD = r"(?<![\w*])[^\W\d_](?:\+\+|[#*])(?![^\W\d_]|[*+])|(?<!\w)\.net(?!\w)"
_SIGN_WORD = re.compile(SIGN_WORD + r"|(?<=\w\w)\+\+(?!\w)")
_SIGN = re.compile(r"\+\+|#|\*|\.net")
_GREEK_NAMES = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon phi chi"
    " psi omega"
)
_GREEK = dict(zip("αβγδεζηθικλμνξοπρστυφχψω", _GREEK_NAMES.split(), strict=True))
_GREEK_LETTER = re.compile("(?<![α-ω])[α-ω](?![α-ω])")
_SPELLING = {"++": "plusplus", "#": "sharp", "*": "star", ".net": "dotnet"}
MAX_WORD = 500  # characters, which are fewer bytes than the 2,046 of a word that PostgreSQL indexes


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

    "GPT-4", "gpt4" and "gpt 4" are the same, and so are "L2", "L-2", "L_2" and "L²". Words with signs and single Greek
    letters are spelled: "cplusplus", "epsilon greedy". Where words stand without spaces, each letter is a word together
    with the next one, and the last one alone: "深度 度学 学".

    By itself, PostgreSQL's parser finds a negative number in "GPT-4", a path in "and/or" and a host in "here.Then".
    """
    words = fold(text)
    if not words.isascii():
        words = _RUN.sub(_pairs, words)
        words = _GREEK_LETTER.sub(lambda letter: f" {_GREEK[letter[0]]} ", words)
    words = words.replace("∗", "*").replace("^*", "*")  # C* is typeset with a raised star
    if _SIGN.search(words):  # which takes less time
        words = _SIGN_WORD.sub(_spelled, words)
    words = words.translate(_APOSTROPHES)
    words = _IN_LETTER_AND_NUMBER.sub("", words)
    words = words.translate(_ASCII_NO_WORD) if words.isascii() else _NO_WORD.sub(" ", words)
    words = _NO_POINT.sub(" ", words)
    if _DIGIT.search(words):
        words = _NUMBER_AFTER_LETTERS.sub(r" \g<0>", _DOTTED_NUMBER.sub(r" \g<0> ", words))
    if not words.isascii():
        words = _STRAY_MARK.sub("", words)
    if len(words) <= MAX_WORD:
        return " ".join(words.split())
    return " ".join(word if len(word) <= MAX_WORD else word[:MAX_WORD].rstrip(".") for word in words.split())


def bare_term(text: str) -> str:
    """Returns the words of `bare` that stay the same if more words follow: "深度 度学". A single letter remains."""
    words = bare(text).split()
    return " ".join(words[:-1] if is_tail(*words[-2:]) else words)


def bare_name(name: str) -> str:
    """Returns the words of an author's name. Where words stand without spaces, spaces do not matter: 李 华 is 李华."""
    return bare(_SPACE_IN_RUN.sub("", name))


def bare_name_term(name: str) -> str:
    """Returns the words of `bare_name` that stay the same if more words follow: "山田" of 山田, also before 太郎."""
    return bare_term(_SPACE_IN_RUN.sub("", name))


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


def ascii_slug(text: str, limit: int, *, keeps_underscores: bool = False) -> str:
    """Returns the text for an address, a file name or a key: at most `limit` letters a to z, digits, single hyphens.

    Other scripts are romanised: "深度" is "shendu". Text without letters and digits becomes "".
    """
    ascii_text = anyascii(one_line(text)).replace(".", "-")
    return slugify(ascii_text if keeps_underscores else ascii_text.replace("_", "-"))[:limit].strip("-_")
