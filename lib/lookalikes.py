"""Names that look like other names, and names that nobody may have.

The skeleton of a name has one sign for all signs that look alike (Unicode's UTS #39,
https://www.unicode.org/reports/tr39/). Two names with the same skeleton look alike. Unicode's table of such signs is
part of the package confusable-homoglyphs, of which only that file is read.
"""

import json
import re
import unicodedata
from functools import cache
from importlib.resources import files

from django.core.exceptions import ValidationError

from lib.words import fold

_ASCII = str.maketrans("01i", "oll", "-_")
_MARK = "\u200e"  # stands around signs that are written from right to left
# Letters for which Unicode's table has another letter beyond ASCII, or none.
_ALSO = str.maketrans("βηωшᴀʙᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴘꞯʀᴛʏ", "bnwwabdefghijklmnpqrty")


def skeleton(name: str) -> str:
    """Returns the skeleton of a name: "rn" becomes "m", "0" becomes "o", and only letters and digits remain."""
    if not name.isascii():
        for form in ("NFD", "NFKD"):  # the first takes accents off, the second makes common letters of rare ones
            name = unicodedata.normalize(form, name).translate(_prototypes())
    return "".join(filter(str.isalnum, fold(name).translate(_ASCII))).replace("rn", "m").replace("vv", "w")


@cache
def _prototypes() -> dict[int, str]:
    """Returns what each sign beyond ASCII looks like, for `str.translate`.

    Unicode's table is read for the first name that is not ASCII, which takes some 50 ms. In a group of lookalikes, the
    sign that is listed with several others represents the group; of a pair, the one with the lower code point does. A
    lower-case letter that has no ASCII lookalike takes that of its capital, if there is one.
    """
    table = json.loads(files("confusable_homoglyphs").joinpath("confusables.json").read_bytes())
    others = {sign.strip(_MARK): [entry["c"].strip(_MARK) for entry in entries] for sign, entries in table.items()}
    prototypes = {
        sign: first if len(others[first]) > 1 else min(sign, first)
        for sign, (first, *more) in others.items()
        if len(sign) == 1 and not sign.isascii() and not more
    }
    capitals = {sign.lower(): like for sign, like in prototypes.items() if like.isascii() and len(sign.lower()) == 1}
    small = {sign: like for sign, like in capitals.items() if not prototypes.get(sign, sign).isascii()}
    return str.maketrans(prototypes | small) | _ALSO


def skeletons(names: str) -> frozenset[str]:
    """Returns the skeletons of these names, which are separated by spaces."""
    return frozenset(map(skeleton, names.split()))


def refuse_addresses(name: str) -> None:
    """Raises ValidationError for a name that contains a web address, since names are part of mails that we send."""
    if re.search(r"://|\bwww\.", name, re.IGNORECASE):
        raise ValidationError("A name can't contain a web address.")


# Skeletons that no slug, name or user name may have: parts of the site's addresses, and roles that speak for it.
RESERVED = skeletons(
    "about abuse accounts admin administrator admins anonymous api broadsheet collections contact edit everybody "
    "everyone guest help hostmaster info log login logout mail me members moderation moderator moderators new news "
    "nobody noreply null official orgs papers people postmaster privacy root security settings signup staff styleguide "
    "support system team terms undefined webmaster"
)
