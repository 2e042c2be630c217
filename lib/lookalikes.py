"""Names that could be taken for others, by their skeletons, and the words that the site keeps for itself.

A skeleton is what is left of a name when letters that look the same are the same letter, after the idea of
Unicode's UTS #39 (https://www.unicode.org/reports/tr39/): two names with one skeleton look alike.
"""

import re

from django.core.exceptions import ValidationError

from lib.text import fold

# Letters that look like an ASCII one; whole words can be written in the Cyrillic and the Greek ones.
_ALIKE = str.maketrans("авекмнорстухѕіјԁԛԝһӏαβεικνορτυχγωϲıłøđ", "abekmhopctyxsijdqwhlabeikvoptuxywcilod")
_DROPPED = str.maketrans("01i", "oll", "-_")


def skeleton(name: str) -> str:
    """The skeleton of a name: "rn" is "m", "0" is "o", and whatever is no letter or digit is gone."""
    folded = fold(name).translate(_ALIKE).translate(_DROPPED)
    return "".join(filter(str.isalnum, folded)).replace("rn", "m").replace("vv", "w")


def skeletons(words: str) -> frozenset[str]:
    return frozenset(map(skeleton, words.split()))


def refuse_addresses(name: str) -> None:
    """Raises ValidationError for a name that holds an address, since mails would carry it to people who trust us."""
    if re.search(r"://|\bwww\.", name, re.IGNORECASE):
        raise ValidationError("A name can't hold an address of the web.")


# Nobody's slug, name or user name: addresses of pages, and those who speak for the site.
RESERVED = skeletons(
    "about abuse accounts admin administrator admins anonymous api broadsheet collections contact edit everybody "
    "everyone guest help hostmaster info log login logout mail me members moderation moderator moderators new news "
    "nobody noreply null official orgs papers people postmaster privacy root security settings signup staff styleguide "
    "support system team terms undefined webmaster"
)
