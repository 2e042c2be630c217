"""Filters that every template has: dates as a newspaper writes them, and safe text."""

import datetime

from django import template
from django.utils import timezone

from lib import markup

register = template.Library()
register.filter("typeset", markup.typeset)
register.filter("markdown", markup.markdown)


@register.filter
def short_date(day: datetime.date) -> str:
    """`Sep 10`, with the year only if it is not this year."""
    year = "" if day.year == timezone.now().year else f", {day.year}"
    return f"{day:%b} {day.day}{year}"


@register.filter
def long_date(day: datetime.date) -> str:
    """`Wednesday, 10 September 2025`."""
    return f"{day:%A}, {day.day} {day:%B} {day.year}"


@register.filter
def stars(count: int) -> str:
    """`987`, `1.2k`, `34k`: as code hosts write them."""
    if count < 1_000:
        return str(count)
    return f"{count / 1_000:.1f}k" if count < 9_950 else f"{count / 1_000:.0f}k"


@register.filter
def bare_url(url: str) -> str:
    """An address as people say it: without scheme, `www.` and a last slash."""
    return url.removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")
