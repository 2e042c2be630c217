"""How often the letters of a list come unless the subscriber says otherwise."""

from contextlib import suppress
from urllib.parse import unquote

from django.urls import Resolver404, resolve

from inbox.models import Cadence
from papers.lists.subscribable import MONTHS, WEEKS

_CADENCES = dict.fromkeys(WEEKS, Cadence.WEEKLY) | dict.fromkeys(MONTHS, Cadence.MONTHLY)


def default_cadence(address: str) -> Cadence | None:
    """The cadence that is preset for a list of a week or month; None for other lists."""
    with suppress(Resolver404):
        return _CADENCES.get(resolve(unquote(address.partition("?")[0])).view_name)
    return None
