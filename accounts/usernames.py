"""The user names and full names that people may choose: none may look as if the site spoke."""

import re

from django.core.exceptions import ValidationError

from lib.lookalikes import RESERVED, refuse_addresses, skeleton, skeletons

_FORMAT = re.compile(r"[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?", re.IGNORECASE | re.ASCII)
_DIGITS_FOR_LETTERS = str.maketrans("34578", "eastb")  # besides 0 and 1, which skeletons know
_SITE = skeleton("Broadsheet")
# No part of a user name, between hyphens and underscores, may be one of these.
_AUTHORITIES = skeletons(
    "abuse admin administrator admins hostmaster moderator moderators official postmaster root security staff support "
    "sysadmin system webmaster"
)


# A full name may not be made of such words and these alone.
_BESIDE_AUTHORITIES = skeletons("the account accounts desk help mail password service site team")


def validate(username: str) -> None:
    """Raises ValidationError for a name that cannot be chosen. Names from before a rule stay as they are."""
    if not _FORMAT.fullmatch(username):
        raise ValidationError(
            "A user name has letters from a to z, digits, hyphens and underscores. "
            "It begins and ends with a letter or a digit."
        )
    if _looks_official(username):
        raise ValidationError(f"“{username}” is reserved, or looks as if it spoke for this site. Choose another name.")


def validate_full_name(name: str) -> None:
    """Raises ValidationError for a name that looks as if the site spoke, or that holds an address of the web."""
    refuse_addresses(name)
    words = {skeleton(word) for word in name.split()}
    is_authority = words & _AUTHORITIES and words <= _AUTHORITIES | _BESIDE_AUTHORITIES
    if _SITE in skeleton(name) or is_authority:
        raise ValidationError(f"“{name}” looks as if it spoke for this site. Choose another name.")


def _looks_official(username: str) -> bool:
    spelled = username.translate(_DIGITS_FOR_LETTERS)
    words = re.split("[-_]", username.lower())
    words += [word.rstrip("0123456789") for word in words] + re.split("[-_]", spelled.lower())
    return (
        not RESERVED.isdisjoint({skeleton(username), skeleton(spelled)})
        or _SITE in skeleton(spelled)
        or not _AUTHORITIES.isdisjoint(map(skeleton, words))
    )


VALIDATORS = [validate]  # as allauth takes them (ACCOUNT_USERNAME_VALIDATORS)
