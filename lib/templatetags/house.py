"""Template tags and filters that all templates have: addresses, icons, dates, numbers and safe HTML."""

import datetime
import re
from functools import cache, lru_cache

from django import template
from django.template.defaultfilters import stringfilter
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as parse_url
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from lucide.templatetags.lucide import lucide

from lib import images, markup, tex, text

# A capital after a word, of a word that has no other capitals and is no part of a name.
_CAPITAL = re.compile(r"(?<=\w[\s-])(?!(?:Face|Hugging)\b)[A-Z](?=[a-z]*\b)")

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


@register.tag
def url(parser, token) -> template.Node:
    """Django's {% url %}, which makes an address once for the same arguments, since that takes most of a page's time.

    An address here depends on its name and its arguments alone: the site has one table of addresses and no prefix.
    """
    node = parse_url(parser, token)
    return AddressNode(node.view_name, node.args, node.kwargs, node.asvar)


class AddressNode(URLNode):
    def render(self, context) -> str:
        args = [arg.resolve(context) for arg in self.args]
        if self.kwargs or not all(isinstance(arg, str | int) for arg in args):
            return super().render(context)
        try:
            address = _address(self.view_name.resolve(context), *args)
        except NoReverseMatch:
            return super().render(context)
        if self.asvar:
            context[self.asvar] = address
            return ""
        return conditional_escape(address) if context.autoescape else address


@lru_cache(10_000, typed=True)
def _address(name: str, *args: str | int) -> str:
    return reverse(name, args=args)


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
    """Returns a date as `10 Sep`, or as `10 Sep 2024` if it is not in this year."""
    year = "" if day.year == timezone.now().year else f" {day.year}"
    return f"{day.day} {day:%b}{year}"


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


@register.filter(is_safe=True)
@stringfilter
def sentence_case(text: str) -> str:
    """Returns a heading in Title Case as a sentence: `Two-factor authentication`. Names such as GitHub stay."""
    return _CAPITAL.sub(lambda match: match[0].lower(), text)


@register.filter
def bare_url(url: str) -> str:
    """Returns a web address without its scheme, `www.` and the slash at its end."""
    return url.removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")
