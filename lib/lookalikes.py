"""Names that look like other names, and names that nobody may have.

The skeleton of a name has one letter for all letters that look alike, after the idea of Unicode's UTS #39
(https://www.unicode.org/reports/tr39/). Two names with the same skeleton look alike.
"""

import re

from django.core.exceptions import ValidationError

from lib.text import fold

# Letters that look like an ASCII letter. Whole words can be written in Cyrillic or Greek ones.
_ALIKE = str.maketrans("авекмнорстухѕіјԁԛԝһӏαβεικνορτυχγωϲıłøđ", "abekmhopctyxsijdqwhlabeikvoptuxywcilod")
_DROPPED = str.maketrans("01i", "oll", "-_")


def skeleton(name: str) -> str:
    """Returns the skeleton of a name: "rn" becomes "m", "0" becomes "o", and only letters and digits remain."""
    folded = fold(name).translate(_ALIKE).translate(_DROPPED)
    return "".join(filter(str.isalnum, folded)).replace("rn", "m").replace("vv", "w")


def skeletons(names: str) -> frozenset[str]:
    """Returns the skeletons of these names, which are separated by spaces."""
    return frozenset(map(skeleton, names.split()))


def refuse_addresses(name: str) -> None:
    """Raises ValidationError for a name that contains a web address, since names are part of mails that we send."""
    if re.search(r"://|\bwww\.", name, re.IGNORECASE):
        raise ValidationError("A name can't hold an address of the web.")


# Skeletons that no slug, name or user name may have: parts of the site's addresses, and roles that speak for it.
RESERVED = skeletons(
    "about abuse accounts admin administrator admins anonymous api broadsheet collections contact edit everybody "
    "everyone guest help hostmaster info log login logout mail me members moderation moderator moderators new news "
    "nobody noreply null official orgs papers people postmaster privacy root security settings signup staff styleguide "
    "support system team terms undefined webmaster"
)
