"""Names and slugs that cannot be taken for others: their skeletons, what is reserved, and words of one script.

A skeleton is what is left of a name when letters that look the same are the same letter, after the idea of
Unicode's UTS #39 (https://www.unicode.org/reports/tr39/): two names with one skeleton look alike.
"""

import unicodedata

from django.core.exceptions import ValidationError
from django.db.models import Func, Value
from django.db.models.functions import Lower, Replace

from lib.text import fold

# Letters that look like an ASCII one; whole words can be written in the Cyrillic and the Greek ones.
_ALIKE = str.maketrans("авекмнорстухѕіјԁԛԝһӏαβεικνορτυχγωϲıłøđ", "abekmhopctyxsijdqwhlabeikvoptuxywcilod")
_DROPPED = str.maketrans("01i", "oll", "-_")
# Scripts of one word in Chinese, Japanese and Korean, and marks like the okina, which every script has.
_TOGETHER = {"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HANGUL", "BOPOMOFO", "MODIFIER"}


def skeleton(name: str) -> str:
    """The skeleton of a slug or a name: "rn" is "m", "0" is "o", and whatever is no letter or digit is gone."""
    folded = fold(name).translate(_ALIKE).translate(_DROPPED)
    return "".join(filter(str.isalnum, folded)).replace("rn", "m").replace("vv", "w")


def skeleton_of(column: str) -> Replace:
    """The same as SQL, for a column of slugs (ASCII letters, digits, hyphens and underscores)."""
    letters = Func(Lower(column), Value("01i-_"), Value("oll"), function="TRANSLATE")
    return Replace(Replace(letters, Value("rn"), Value("m")), Value("vv"), Value("w"))


def plain(name: str) -> None:
    """Raises ValidationError if a word mixes scripts, or holds what cannot be seen."""
    if any(not (letter.isprintable() or letter.isspace()) for letter in name):
        raise ValidationError("The name holds characters that cannot be seen. Type it anew instead of pasting it.")
    for word in unicodedata.normalize("NFKC", name).split():
        scripts = {unicodedata.name(letter, "?").split()[0] for letter in word if letter.isalpha()}
        if len(scripts - _TOGETHER) > 1:
            raise ValidationError(f"“{word}” mixes letters of several scripts, so that it could imitate another name.")


_KEPT = (
    "about accounts admin administrator api broadsheet collections edit help log members moderation moderator "
    "moderators new official orgs papers people root security settings staff styleguide support system team"
)
RESERVED = {skeleton(word) for word in _KEPT.split()}  # skeletons of words that the site keeps for itself
