"""Names of authors: people's names divided into their parts, and groups, whose names are one piece."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Self

from nameparser import CapsSuffixes, Lexicon, ParsedName, Parser, Policy

from lib.words import bare_name, fold

# What a name holds if it is one of several people, of an institution, or of people and those for whom they write.
_GROUP = re.compile(
    r"\b(?i:teams?|collaborations?|consorti(?:um|a)|groups?|initiatives?|projects?|labs?|laborator(?:y|ies)|alliance"
    r"|academy|agency|array|association|authors|cent(?:er|re)s?|committee|community|company|contributors|coalition"
    r"|corporation|council|department|division|experiment|faculty|foundation|institut(?:e|es|ion)|network|observatory"
    r"|organi[sz]ation|partnership|research|society|survey|task force|university|workshop|corp|gmbh|inc|llc|ltd"
    r"|on behalf of|et al)\b"
    r"|\b(?:and|the|others|Anthropic|ByteDance|DeepMind|DeepSeek|Google|Hugging Face|Microsoft|NVIDIA|OpenAI|Tencent)\b"
    r"|[&/:;|]|[a-z0-9.][ -]?AG?I\b"
)
# Scripts in which the family name stands first, often without a space.
_FAMILY_FIRST = re.compile("[\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]")
# The last word of a group's name where arXiv divides it as if it were a person's: "Collaboration", "The LUX".
_GROUP_FAMILY = re.compile(r"(?:array|collaboration|consorti(?:um|a)|group|team)s?", re.IGNORECASE)
_GROUP_GIVEN = {"and", "behalf", "for", "the"}  # as in "Mark Scott for the"
_FOOTNOTE_MARKS = "0123456789⁰¹²³⁴⁵⁶⁷⁸⁹*†‡§¶^, "
_SUFFIXES = frozenset({"jr", "sr", "jnr", "snr", "junior", "júnior", "ii", "iii", "iv", "2nd", "3rd", "4th", "esq"})
_DEGREES = frozenset({"bsc", "dphil", "dsc", "md", "msc", "phd"})
_ALSO_GIVEN = frozenset({"Bin", "AF", "Af", "Do", "Te", "Tho"})  # particles, unless they begin with a capital letter
# Vietnamese family names, folded. "Van" and "Thi" beside them are given names.
_VIETNAMESE = frozenset(
    ["bui", "dang", "duong", "hoang", "huynh", "luong", "ngo", "nguyen", "pham", "phan", "tran", "vu"]
)
_ALSO_FAMILY = frozenset({"Al", "Ben", "El", "Ibn"})  # first words of family names, if they are no first given name
_vocabulary = Lexicon.default()
# No titles, and few degrees: "Dr", "Prof", "MA" or "Sir" are parts of an author's name more often than not.
_parser = Parser(
    lexicon=replace(
        Lexicon.empty(),
        particles=_vocabulary.particles | {"ten", "zum", "zur"},
        particles_ambiguous=_vocabulary.particles_ambiguous,
        bound_given_names=_vocabulary.bound_given_names,
        conjunctions=frozenset({"e", "und", "y"}),
        suffix_words=_SUFFIXES,
        suffix_acronyms=_DEGREES,
        suffix_acronyms_ambiguous=frozenset({"md"}),  # "Md" is a name
    ),
    policy=Policy(
        script_orders=(),
        segment_scripts=frozenset(),
        nickname_delimiters=frozenset(),
        unlisted_dotted_suffixes=False,
        unlisted_caps_suffixes=CapsSuffixes.OFF,
        strip_emoji=False,
        strip_bidi=False,
    ),
)


class Details(NamedTuple):
    """What a source says about an author besides the full name. What it does not say is empty."""

    family: str = ""
    given: str = ""
    suffix: str = ""
    affiliation: str = ""

    def completed_by(self, other: Self) -> Self:
        """Return these details, with the division and the affiliation of the others where these have none."""
        division = self[:3] if self.family else other[:3]
        return type(self)(*division, self.affiliation or other.affiliation)


@dataclass(frozen=True, slots=True)
class Name:
    """A name as citations need it.

    * `full`: the name as the paper has it.
    * `family`, `given`, `suffix`: empty in a name that is not divided: of a group, in one word, or in a script that
      writes the family name first.
    * `particle`: the lower-case words before the family name, as in "van den Oord". Other particles are a part of it.
    """

    full: str
    family: str = ""
    given: str = ""
    suffix: str = ""
    particle: str = ""
    is_group: bool = False

    @property
    def surname(self) -> str:
        """The family name after its particle."""
        return f"{self.particle} {self.family}".strip()

    @property
    def is_first_last(self) -> bool:
        """Whether `full` is the given names and one word that is the family name, as BibTeX reads a name."""
        is_last_word = " " not in self.surname and self.full == f"{self.given} {self.surname}"
        return is_last_word and not any(word[0].islower() for word in self.given.split())


def read(full: str, details: Details = Details()) -> Name:  # noqa: B008 (it is immutable)
    """Return the name, divided as its source does, or else as its words tell."""
    if details.family and details.given:
        return Name(full, is_group=True) if _is_group(details) else _divided(full, *details[:3])
    if _GROUP.search(full):
        return Name(full, is_group=True)
    if " " not in full or _FAMILY_FIRST.search(full):
        return Name(full)
    if details.family:
        return _divided(full, *details[:3])
    return _read_words(full)


def joined(family: str, given: str, suffix: str) -> str:
    """Return the full name of these parts."""
    if _FAMILY_FIRST.search(family):
        return family + given
    return " ".join(filter(None, (given, family, suffix)))


def is_same(one: str, other: str) -> bool:
    """Return whether two full names can be those of one person.

    They have the same words in any order, or the same family name, and given names of which one may be the initial of
    the other or missing: "A. Lovelace" and "Ada King Lovelace". Case, accents and punctuation do not matter.
    """
    words = [sorted(bare_name(name).split()) for name in (one, other)]
    if words[0] == words[1]:
        return bool(words[0])
    first, second = read(one), read(other)
    if not (first.given and second.given) or bare_name(first.surname) != bare_name(second.surname):
        return False
    if first.suffix and second.suffix and bare_name(first.suffix) != bare_name(second.suffix):
        return False
    return all(map(_is_same_given, _given_names(first), _given_names(second)))


def _given_names(name: Name) -> list[str]:
    return bare_name(name.given.replace("-", " ").replace(".", ". ")).split()


def _is_same_given(one: str, other: str) -> bool:
    return one == other or (1 in (len(one), len(other)) and one[0] == other[0])


def placed(wanted: Sequence[tuple[str, int]], listed: Sequence[str]) -> list[int | None]:
    """Return where each of these authors stands among the listed names, counted from 0; None for one who is missing.

    An author is a name and how many authors of exactly this name stand before. An author whose name is not listed gets
    the place of the only unmatched name that can be the same person's. If there are fewer people of one name than
    before, the last of them are missing.
    """
    namesakes = [(name, listed[:position].count(name)) for position, name in enumerate(listed)]
    exact = {author: position for position, author in enumerate(namesakes)}
    found = [exact.get(author) for author in wanted]
    for number, (name, _) in enumerate(wanted):
        if name not in listed:
            left = [position for position, other in enumerate(listed) if position not in found and is_same(name, other)]
            found[number] = left[0] if len(left) == 1 else None
    return found


def _is_group(details: Details) -> bool:
    """Return whether a group's name is divided, or the names of people and of those for whom they write."""
    return bool(_GROUP_FAMILY.fullmatch(details.family)) or not _GROUP_GIVEN.isdisjoint(details.given.split())


def _read_words(full: str) -> Name:
    unmarked = full.rstrip(_FOOTNOTE_MARKS)
    words = unmarked.split()
    if len(words) < 2 or (len(words) == 2 and "," not in unmarked and _is_only_suffix(words[1])):
        return Name(full)
    if words[0] in _vocabulary.particles and words[-1][0].isupper() and "," not in unmarked:
        return _divided(full, unmarked, "")
    if fold(words[0]) in _VIETNAMESE and fold(words[1]) in ("van", "thi") and fold(words[-1]) not in _VIETNAMESE:
        return _divided(full, words[0], " ".join(words[1:]))
    if len(words) == 2 and "," not in unmarked and not words[0][0].islower():
        return _divided(full, words[1], words[0])
    return _parsed(full, unmarked)


def _parsed(full: str, unmarked: str) -> Name:
    parsed = _parser.parse(unmarked)
    # A word with a full stop before the name, as in "Md. Ashraful Islam", is a title to the parser.
    given, family = f"{parsed.title} {parsed.given_names}".split(), parsed.family.split()
    while len(family) > 1 and _begins_with_given(family, parsed):
        given.append(family.pop(0))
    if len(given) > 1 and given[-1] in _ALSO_FAMILY:
        family.insert(0, given.pop())
    suffixes = parsed.suffix.replace(",", " ").replace("Ph. D", "Ph.D").split()
    if not family or not all(map(is_suffix, suffixes)):
        return Name(full)
    if not given:
        given, suffixes = suffixes, []  # initials, as in "Smith, M.D."
    name = _divided(full, " ".join(family), " ".join(given), " ".join(suffixes))
    return name if _letters(name.given + name.surname + name.suffix) == _letters(unmarked) else Name(full)


def _begins_with_given(family: list[str], parsed: ParsedName) -> bool:
    """Return whether the parser took a given name for a particle: "Xue Bin Peng", "De Wen Soh", "Chien Van Nguyen"."""
    if not parsed.given and family[0][0].isupper():
        return True
    return family[0] in _ALSO_GIVEN or (family[0] == "Van" and fold(family[1]) in _VIETNAMESE)


def _is_only_suffix(word: str) -> bool:
    """Return whether the word is a suffix and no family name, as Junior can be."""
    return is_suffix(word) and (word.isupper() or not word.isalpha())


def is_suffix(text: str) -> bool:
    """Return whether the text is a suffix or a degree behind a name: "Jr.", "Ph. D."."""
    return text.replace(".", "").replace(" ", "").lower() in _SUFFIXES | _DEGREES


def _divided(full: str, family: str, given: str, suffix: str = "") -> Name:
    words = family.split()
    start = next((i for i, word in enumerate(words) if not word[0].islower()), 0)
    return Name(full, " ".join(words[start:]), given, suffix, " ".join(words[:start]))


def _letters(text: str) -> list[str]:
    return sorted(text.replace(",", "").replace(" ", ""))
