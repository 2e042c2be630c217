"""Validators of user names and full names, which must not look as if they belonged to the site itself."""

import re

from django.core.exceptions import ValidationError

from lib.lookalikes import RESERVED, refuse_addresses, skeleton, skeletons

_FORMAT = re.compile(r"[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?", re.IGNORECASE | re.ASCII)
_DIGITS_FOR_LETTERS = str.maketrans("34578", "eastb")  # besides 0 and 1, which `skeleton` replaces
_SITE = skeleton("Broadsheet")
# No part of a user name, between hyphens and underscores, may have one of these skeletons.
_AUTHORITIES = skeletons(
    "abuse admin administrator admins hostmaster moderator moderators official postmaster root security staff support "
    "sysadmin system webmaster"
)
# A full name may not consist of such words and these alone.
_BESIDE_AUTHORITIES = skeletons("the account accounts desk help mail password service site team")


def validate(username: str) -> None:
    """Raises ValidationError for a user name that new accounts cannot have. Names of older accounts stay valid."""
    if not _FORMAT.fullmatch(username):
        raise ValidationError(
            "A username has letters from a to z, digits, hyphens and underscores. "
            "It begins and ends with a letter or a digit."
        )
    if _looks_official(username):
        raise ValidationError(f"“{username}” is reserved, or could be mistaken for this site. Choose another name.")


def validate_full_name(name: str) -> None:
    """Raises ValidationError for a full name that looks like one of the site itself, or that contains a web address."""
    refuse_addresses(name)
    words = {skeleton(word) for word in name.split()}
    is_authority = words & _AUTHORITIES and words <= _AUTHORITIES | _BESIDE_AUTHORITIES
    if _SITE in skeleton(name) or is_authority:
        raise ValidationError(f"“{name}” could be mistaken for this site. Choose another name.")


def _looks_official(username: str) -> bool:
    spelled = username.translate(_DIGITS_FOR_LETTERS)
    words = re.split("[-_]", username.lower())
    words += [word.rstrip("0123456789") for word in words] + re.split("[-_]", spelled.lower())
    return (
        not RESERVED.isdisjoint({skeleton(username), skeleton(spelled)})
        or _SITE in skeleton(spelled)
        or not _AUTHORITIES.isdisjoint(map(skeleton, words))
    )


VALIDATORS = [validate]  # for ACCOUNT_USERNAME_VALIDATORS of allauth
