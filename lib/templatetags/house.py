"""Template tags and filters that all templates have: icons, dates, numbers and safe HTML."""

import datetime
from functools import cache

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString
from lucide.templatetags.lucide import lucide

from lib import images, markup, tex, text

register = template.Library()
register.simple_tag(cache(lucide), name="lucide")  # lucide itself renders an icon anew each time
register.filter("plain", tex.plain)
register.filter("markdown", markup.markdown)
register.filter("markdown_line", markup.markdown_line)
register.filter("markdown_text", markup.markdown_text)
register.filter("small", images.small)
register.filter("line", text.line)
register.filter("quoted", text.quoted)
register.filter("as_quotation", text.as_quotation)


@register.filter
def typeset(source: str) -> SafeString:
    """Returns text with TeX as one line of HTML."""
    return tex.line(tex.read(source))


@register.filter
def paragraphs(source: str) -> SafeString:
    """Returns text with TeX as HTML: a <p> for each paragraph."""
    return tex.paragraphs(tex.read(source))


@register.filter
def short_date(day: datetime.date) -> str:
    """Returns a date as `Sep 10`, or as `Sep 10, 2024` if it is not in this year."""
    year = "" if day.year == timezone.now().year else f", {day.year}"
    return f"{day:%b} {day.day}{year}"


@register.filter
def long_date(day: datetime.date) -> str:
    """Returns a date as `Wednesday, 10 September 2025`."""
    return f"{day:%A}, {day.day} {day:%B} {day.year}"


@register.filter
def compact(count: int) -> str:
    """Returns a number as code hosts write it: `987`, `1.2k`, `34k`, `1.2M`."""
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if count >= 0.9995 * size:
            return f"{count / size:.{1 if count < 9.95 * size else 0}f}{letter}"
    return str(count)


@register.filter
def bare_url(url: str) -> str:
    """Returns a web address without its scheme, `www.` and the slash at its end."""
    return url.removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")
