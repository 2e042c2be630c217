"""Identifiers, times and addresses as the Hub's API writes them."""

from datetime import UTC, datetime
from functools import cache

from django.conf import settings
from django.core.files.storage import default_storage
from django.templatetags.static import static
from django.urls import reverse


def object_id(*pk: int) -> str:
    """The 24 hexadecimal digits that stand for a primary key, which has one column or two."""
    width = 24 // len(pk)
    return "".join(f"{number:0{width}x}" for number in pk)


def moment(value: datetime) -> str:
    """The time as "2025-09-10T12:00:00.000Z", which is the only form that the Hub's client reads."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def absolute(path: str) -> str:
    """The absolute URL of a path of this site."""
    return settings.BASE_URL + path if path.startswith("/") else path


def picture(name: str) -> str:
    """The absolute URL of a picture in the storage, or of the site's icon if there is none."""
    return absolute(default_storage.url(name) if name else static("img/icon.svg"))


def share_card(path: str) -> str:
    """The absolute URL of the share card of the page at this path."""
    return settings.BASE_URL + _share_cards() + path + ".png"


@cache
def _share_cards() -> str:
    return reverse("papers:share_card", args=["-"]).removesuffix("/-.png")


def present(values: dict) -> dict:
    """The dictionary without what is None: the Hub leaves out what it does not have."""
    return {name: value for name, value in values.items() if value is not None}
