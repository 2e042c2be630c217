"""Converts text of papers and people into safe HTML: TeX formulas into MathML Core, Markdown into a few tags.

nh3 cleans all output with an allow-list, so that nobody's text can bring other elements or attributes into a page. A
formula that math-core cannot read is shown as its source.
"""

import re
from functools import lru_cache
from html import escape, unescape

import math_core
import nh3
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from pylatexenc.latex2text import LatexNodes2Text

from lib.text import one_line

# fmt: off
_MATHML = {
    "math", "mrow", "mi", "mo", "mn", "ms", "mtext", "mspace", "msup", "msub", "msubsup", "mover", "munder",
    "munderover", "mfrac", "msqrt", "mroot", "mtable", "mtr", "mtd", "mstyle", "mpadded", "mphantom", "merror",
    "mmultiscripts", "mprescripts",
}
_MATHML_ATTRIBUTES = {
    "display", "displaystyle", "stretchy", "form", "lspace", "rspace", "accent", "accentunder", "mathvariant",
    "width", "height", "depth", "voffset", "linethickness", "scriptlevel", "fence", "separator", "largeop",
    "movablelimits", "symmetric", "minsize", "maxsize", "columnalign", "tabindex",
}
# fmt: on
_PROSE = {"p", "br", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "h3", "h4", "a", "hr", "del"}
_ATTRIBUTES = dict.fromkeys(_MATHML, _MATHML_ATTRIBUTES) | {"a": {"href", "title"}}

MAX_BRACES = 100  # pylatexenc calls itself for each
MAX_TEX = 2_000  # characters; math-core overflows its stack on braces nested ten thousand deep

_converter = math_core.LatexToMathML(
    fancy_error=False,
    max_expansions=1_000,
    macros={"xspace": "", "mathds": r"\mathbb{#1}", "bm": r"\boldsymbol{#1}"},
)
# $$…$$ or $…$ that neither starts nor ends with a space nor is followed by a digit ("$5 and $10" is money).
_MATHS = re.compile(r"\$\$(?P<block>[^$]+)\$\$|\$(?P<inline>[^\s$](?:[^$]*[^\s$\\])?)\$(?!\d)")
# The text commands that abstracts on arXiv use outside of maths.
_TEXT_COMMAND = re.compile(r"\\(emph|textit|textbf|texttt|textsc|text|underline|url|href)\{([^{}]*)\}")
_TEXT_TAG = {"emph": "em", "textit": "em", "textbf": "strong", "texttt": "code"}
_TEX_ESCAPE = re.compile(r"\\([%&#_$])")


def mathml(tex: str, *, block: bool = False) -> str:
    """Returns MathML for one formula, or its source in <code> if math-core cannot read it."""
    if len(tex) > MAX_TEX:
        return f"<code>{escape(tex)}</code>"
    try:
        math = _converter.convert_with_local_state(tex, displaystyle=block)
    except math_core.LatexError:
        return f"<code>{escape(tex)}</code>"
    # A wide formula scrolls inside its own box, which the keyboard must be able to reach.
    return math.replace('<math display="block">', '<math display="block" tabindex="0">', 1)


def typeset(text: str) -> SafeString:
    """Returns a paragraph of a paper's title or abstract as HTML, with formulas and a few of TeX's text commands."""
    pieces, position = [], 0
    for match in _MATHS.finditer(text):
        pieces.append(_prose(text[position : match.start()]))
        pieces.append(mathml(match["block"] or match["inline"], block=bool(match["block"])))
        position = match.end()
    pieces.append(_prose(text[position:]))
    html = "".join(pieces)
    if "<" not in html:
        return mark_safe(html)
    return mark_safe(nh3.clean(html, tags=_MATHML | {"em", "strong", "code"}, attributes=_ATTRIBUTES))


def _prose(text: str) -> str:
    html = escape(text, quote=False)
    if "\\" not in html:
        return html
    return _TEX_ESCAPE.sub(r"\1", _TEXT_COMMAND.sub(_text_command, html))


def _text_command(match: re.Match) -> str:
    tag = _TEXT_TAG.get(match[1])
    return f"<{tag}>{match[2]}</{tag}>" if tag else match[2]


_PERCENT = re.compile(r"(?<!\\)%")  # a comment would begin there
_to_text = LatexNodes2Text(math_mode="text", keep_braced_groups=True, keep_braced_groups_minlen=2)


@lru_cache(maxsize=1_000)
def plain(text: str) -> str:
    """Returns one paragraph of a paper's title or abstract without MathML: "$\\alpha_i^2$" becomes "α_i^2"."""
    text = _MATHS.sub(lambda match: _formula_as_text(match["block"] or match["inline"]), text)
    return _TEX_ESCAPE.sub(r"\1", _TEXT_COMMAND.sub(r"\2", text))


def _formula_as_text(tex: str) -> str:
    """Returns the formula in Unicode, or its source if pylatexenc cannot read it."""
    if len(tex) > MAX_TEX or tex.count("{") > MAX_BRACES:
        return tex
    try:
        text = _to_text.latex_to_text(_PERCENT.sub(r"\\%", tex))
    except (IndexError, AttributeError, TypeError):  # for an argument that is missing
        return tex
    return one_line(text)


def _render_maths(tokens, index, options, env) -> str:
    if env.get("plain"):
        return escape(_formula_as_text(tokens[index].content))
    return mathml(tokens[index].content, block=tokens[index].type != "math_inline")


_markdown = MarkdownIt("commonmark", {"html": False, "linkify": True}).enable(["linkify", "strikethrough"])
_markdown.use(dollarmath_plugin, allow_space=False, allow_digits=False, double_inline=True)
for _kind in ("math_inline", "math_inline_double", "math_block"):
    _markdown.renderer.rules[_kind] = _render_maths


def markdown(text: str, *, plain: bool = False) -> SafeString:
    """Returns a person's Markdown with formulas as HTML: without images and raw HTML, and with rel="ugc" on links.

    With `plain`, formulas become text, for readers without MathML.
    """
    return mark_safe(_clean(_markdown.render(text, {"plain": plain}), _PROSE | _MATHML))


def markdown_text(text: str) -> str:
    """Returns a person's Markdown as one line of plain text, which templates must escape like any other text."""
    return one_line(unescape(strip_tags(_markdown.render(text, {"plain": True}))))


_one_line = MarkdownIt("zero", {"linkify": True}).enable(["link", "linkify", "escape"])


def markdown_line(text: str) -> SafeString:
    """Returns one line of a person's text as HTML, in which only the links of Markdown become elements."""
    return mark_safe(_clean(_one_line.renderInline(text), {"a"}))


def _clean(html: str, tags: set[str]) -> str:
    return nh3.clean(
        html,
        tags=tags,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow ugc noopener",
    )


def mentions(text: str) -> set[str]:
    """Returns the user names in the text."""
    return set()
