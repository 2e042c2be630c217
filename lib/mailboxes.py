"""Mail addresses: the form in which they are kept and compared, and which of them can get mail from this site.

A domain is kept in its ASCII form (IDNA 2008 after the mapping of Unicode's UTS #46), which mail servers know: mail to
`user@bücher.example` goes to `user@xn--bcher-kva.example`.
"""

import unicodedata
from contextlib import suppress

import idna
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from lib.text import one_line

_DOMAINS_WITHOUT_DOTS = {"gmail.com", "googlemail.com"}


def canonical(email: str) -> str:
    """Returns the one form of all spellings of an address: in lower case, with full-width signs made ordinary ones.

    The domain is in ASCII and has no dot at its end. A domain that IDNA does not allow stays as it is, and so does text
    without @.
    """
    local, at, domain = one_line(unicodedata.normalize("NFKC", email)).lower().rpartition("@")
    if not at:
        return domain
    with suppress(idna.IDNAError):
        domain = _in_ascii(domain)
    return f"{local}@{domain.rstrip('.')}"


def validate(email: str) -> None:
    """Raises ValidationError unless mail can be sent to this address, which is in its canonical form."""
    local, _, domain = email.rpartition("@")
    try:
        _in_ascii(domain)
    except idna.IDNAError:
        raise ValidationError("The part after the @ is not a valid domain.") from None
    if not local.isascii():
        raise ValidationError("This site can only send to addresses with plain Latin letters before the @.")
    validate_email(email)


def mailbox(email: str) -> str:
    """Returns one name for all addresses that visibly lead to the same mailbox.

    The tag behind a “+” is dropped for every provider (RFC 5233), and dots for providers that ignore them.
    """
    local, _, domain = canonical(email).rpartition("@")
    local = local.partition("+")[0]
    if domain in _DOMAINS_WITHOUT_DOTS:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}"


def _in_ascii(domain: str) -> str:
    """Returns the ASCII form of a domain. Raises IDNAError if it has none."""
    return domain if domain.isascii() and "xn--" not in domain else idna.encode(domain, uts46=True).decode()
