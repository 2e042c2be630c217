"""Template tags and filters that all templates have: addresses, icons, dates, numbers and safe HTML."""

import datetime
import re
from functools import cache

from django import template
from django.template.base import token_kwargs
from django.template.defaultfilters import stringfilter
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as parse_url
from django.template.loader_tags import BlockNode
from django.urls import NoReverseMatch
from django.utils import timezone
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from lucide.templatetags.lucide import lucide

from lib import bare_links, images, markup, tex, text
from lib.addresses import address
from lib.pages import DENSITY_COOKIE

MAX_KEPT = 100  # drawings of one {% kept %}

# A capital after a word, of a word that has no other capitals and is no part of a name.
_CAPITAL = re.compile(r"(?<=\w[\s-])(?!(?:Face|Hugging|I)\b)[A-Z](?=[a-z]*\b)")

register = template.Library()
register.simple_tag(cache(lucide), name="lucide")  # lucide itself renders an icon anew each time
register.filter("plain", tex.plain)
register.filter("markdown", markup.markdown)
register.filter("markdown_line", markup.markdown_line)
register.filter("markdown_text", markup.markdown_text)
register.filter("small", images.small)
register.filter("linked", bare_links.linked)
register.filter("line", text.line)
register.filter("quoted", text.quoted)
register.filter("unbroken", text.unbroken)
register.filter("as_quotation", text.as_quotation)


@register.filter
def is_compact(request) -> bool:
    """Returns whether the reader wants lists without abstracts."""
    return request.COOKIES.get(DENSITY_COOKIE) == "compact"


@register.tag
def url(parser, token) -> template.Node:
    """Django's {% url %} with the addresses of `lib.addresses`."""
    node = parse_url(parser, token)
    return AddressNode(node.view_name, node.args, node.kwargs, node.asvar)


class AddressNode(URLNode):
    def render(self, context) -> str:
        args = [arg.resolve(context) for arg in self.args]
        if self.kwargs or not all(isinstance(arg, str | int) for arg in args):
            return super().render(context)
        try:
            made = address(self.view_name.resolve(context), *args)
        except NoReverseMatch:
            return super().render(context)
        if self.asvar:
            context[self.asvar] = made
            return ""
        return conditional_escape(made) if context.autoescape else made


@register.tag
def kept(parser, token) -> template.Node:
    """{% kept name=value … %} … {% endkept %} draws its contents once for the same values.

    The contents know these values and nothing else, so they cannot depend on who reads the page unless a value does.
    """
    values = token_kwargs(token.split_contents()[1:], parser)
    contents = parser.parse(["endkept"])
    parser.delete_first_token()
    if contents.get_nodes_by_type(BlockNode):
        raise template.TemplateSyntaxError("A block in {% kept %} would be drawn once for all pages.")
    return KeptNode(contents, values)


class KeptNode(template.Node):
    child_nodelists = ()  # since Django looks for blocks in these whenever a page is drawn

    def __init__(self, contents: template.NodeList, values: dict) -> None:
        self.contents, self.values, self.drawn = contents, values, {}

    def render(self, context) -> str:
        values = {name: value.resolve(context) for name, value in self.values.items()}
        key = tuple((type(value), value) for value in values.values())
        if (html := self.drawn.get(key)) is None:
            if len(self.drawn) >= MAX_KEPT:
                self.drawn.clear()
            alone = template.Context(values)  # without the request, which belongs to one reader
            with alone.bind_template(context.template):
                html = self.drawn[key] = self.contents.render(alone)
        return html


@register.filter
def typeset(source: str) -> SafeString:
    """Returns text with TeX as one line of HTML without links."""
    return tex.line(tex.read(source))


@register.filter
def typeset_with_links(source: str) -> SafeString:
    """Returns text with TeX as one line of HTML, in which web addresses are links."""
    return tex.line(tex.read(source), has_links=True)


@register.filter
def paragraphs(source: str) -> SafeString:
    """Returns text with TeX as HTML: a <p> for each paragraph."""
    return tex.paragraphs(tex.read(source))


@register.filter
def iso_date(day: datetime.date) -> str:
    """Returns the UTC date of a day or a time as `2024-09-10`, in much less time than Django's filter `date`."""
    return day.isoformat()[:10]


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


@register.filter
def percent(share: float) -> str:
    """Returns a share from 0 to 1 as `60 %`, with a space that does not break."""
    return f"{100 * share:g}\u00a0%"


@register.filter(is_safe=True)
@stringfilter
def sentence_case(text: str) -> str:
    """Returns a heading in Title Case as a sentence: `Two-factor authentication`. Names such as GitHub stay."""
    return _CAPITAL.sub(lambda match: match[0].lower(), text)


@register.filter
def bare_url(url: str) -> str:
    """Returns a web address without its scheme, `www.` and the slash at its end."""
    return url.removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")
