"""Converts text of papers and people into safe HTML: TeX formulas into MathML Core, Markdown into a few tags.

nh3 cleans all output with an allow-list, so that nobody's text can bring other elements or attributes into a page. A
formula that math-core cannot read is shown as its source. A person's text that would take long to read as Markdown is
shown as it was typed: see `_is_short`.
"""

import logging
import re
from collections.abc import Mapping
from functools import lru_cache
from html import escape, unescape

import math_core
import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from pylatexenc.latex2text import LatexNodes2Text

from lib import bare_links
from lib.text import legible, one_line

# fmt: off
_MATHML = {
    "math", "mrow", "mi", "mo", "mn", "ms", "mtext", "mspace", "msup", "msub", "msubsup", "mover", "munder",
    "munderover", "mfrac", "msqrt", "mroot", "mtable", "mtr", "mtd", "mstyle", "mpadded", "mphantom", "merror",
    "mmultiscripts", "mprescripts",
}
_MATHML_ATTRIBUTES = {
    "display", "displaystyle", "stretchy", "form", "lspace", "rspace", "accent", "accentunder", "mathvariant",
    "width", "height", "depth", "linethickness", "scriptlevel", "fence", "separator", "largeop",
    "movablelimits", "symmetric", "minsize", "maxsize", "columnalign", "tabindex",
}
# fmt: on
_PROSE = {"p", "br", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "a", "hr", "del"}
_ATTRIBUTES = dict.fromkeys(_MATHML, _MATHML_ATTRIBUTES) | {"a": {"href"}, "*": set()}  # nh3 allows title anywhere

MAX_BRACKETS = 100  # pylatexenc calls itself for each
MAX_TEX = 2_000  # characters; math-core overflows its stack on braces nested ten thousand deep
MAX_LENGTH = 10_000  # characters of a text that is read as Markdown
MAX_MARKS = 2_500  # characters in it that may mean something in Markdown
MAX_PLAIN_TEX = 1_000  # characters of a text's formulas that pylatexenc reads
MAX_MENTIONS = 20

_converter = math_core.LatexToMathML(
    fancy_error=False,
    max_expansions=1_000,
    macros={"xspace": "", "mathds": r"\mathbb{#1}", "bm": r"\boldsymbol{#1}"},
)
_DEFINITION = re.compile(r"\\[a-zA-Z]*(?:def|let|command)(?![a-zA-Z])")  # 2,000 characters could become four million
# $$…$$ or $…$ that neither starts nor ends with a space nor is followed by a digit ("$5 and $10" is money).
_MATHS = re.compile(r"\$\$(?P<block>[^$]+)\$\$|\$(?P<inline>[^\s$](?:[^$]*[^\s$\\])?)\$(?!\d)")
# The text commands that abstracts on arXiv use outside of maths.
_TEXT_COMMAND = re.compile(r"\\(emph|textit|textbf|texttt|textsc|text|underline|url|href)\{([^{}]*)\}")
_TEXT_TAG = {"emph": "em", "textit": "em", "textbf": "strong", "texttt": "code"}
_TEX_ESCAPE = re.compile(r"\\([%&#_$])")


def mathml(tex: str, *, block: bool = False) -> str:
    """Returns MathML for one formula, or its source in <code> if math-core cannot read it."""
    if len(tex) > MAX_TEX or _DEFINITION.search(tex):
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
logging.getLogger("pylatexenc").setLevel(logging.CRITICAL)  # it would log the formulas that it cannot read
_to_text = LatexNodes2Text(math_mode="text", keep_braced_groups=True, keep_braced_groups_minlen=2)


@lru_cache(maxsize=1_000)
def plain(text: str) -> str:
    """Returns one paragraph of a paper's title or abstract without MathML: "$\\alpha_i^2$" becomes "α_i^2"."""
    text = _MATHS.sub(lambda match: _formula_as_text(match["block"] or match["inline"]), text)
    return _TEX_ESCAPE.sub(r"\1", _TEXT_COMMAND.sub(r"\2", text))


def _formula_as_text(tex: str) -> str:
    """Returns the formula in Unicode, or its source if pylatexenc cannot read it."""
    if len(tex) > MAX_TEX or tex.count("{") + tex.count("[") > MAX_BRACKETS:
        return tex
    if "\\" not in tex and "{" not in tex:
        return one_line(tex)
    try:
        text = _to_text.latex_to_text(_PERCENT.sub(r"\\%", tex))
    except (LookupError, AttributeError, TypeError, ValueError):  # for an argument that is missing
        return tex
    return one_line(text)


def _render_maths(renderer, tokens, index, options, env) -> str:
    token = tokens[index]
    if not env["plain"]:
        return mathml(token.content, block=token.type != "math_inline")
    env["tex"] += len(token.content) + 10  # a short formula takes time, too
    return escape(token.content if env["tex"] > MAX_PLAIN_TEX else _formula_as_text(token.content))


def _render_text(renderer, tokens, index, options, env) -> str:
    return escape(legible(tokens[index].content))  # once more: entities such as &#x202e; have become characters


def _reader(preset: str, *rules: str) -> MarkdownIt:
    """Returns a reader of Markdown. Images are read as links, and raw HTML as text."""
    reader = MarkdownIt(preset, {"html": False}).enable(rules).disable("image")
    reader.inline.ruler.after("text", "link_url", bare_links.link_url)
    reader.inline.ruler.after("text", "link_mention", bare_links.link_mention)
    reader.add_render_rule("text", _render_text)
    return reader


_markdown = _reader("commonmark", "strikethrough")
_markdown.use(dollarmath_plugin, allow_space=False, allow_digits=False, allow_blank_lines=False, double_inline=True)
for _kind in ("math_inline", "math_inline_double", "math_block", "math_block_label"):
    _markdown.add_render_rule(_kind, _render_maths)
# A heading would be one of the page, at any of its levels.
_markdown.add_render_rule("heading_open", lambda *_: "<p><strong>")
_markdown.add_render_rule("heading_close", lambda *_: "</strong></p>\n")
_one_line = _reader("zero", "link", "escape")

_BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")
_LINE_END = re.compile(r"(?<!</p>)\n")
MARK = re.compile(r"[\\`*_\[\]<>!&$~#@:^{}|=+\n-]")


def _is_short(text: str) -> bool:
    """Returns whether the text can be read as Markdown in less than a tenth of a second (`bench/markup.py`)."""
    return len(text) <= MAX_LENGTH and len(MARK.findall(text)) <= MAX_MARKS


def _environment(people: Mapping[str, str] | None = None, *, plain: bool = False) -> dict:
    return {"people": people or {}, "mentions": [], "plain": plain, "tex": 0}


def markdown(text: str, people: Mapping[str, str] | None = None, *, plain: bool = False) -> SafeString:
    """Returns a person's Markdown with formulas as HTML: without images and raw HTML, and with rel="ugc" on links.

    Each @name of `people`, a mapping of names in lower case to addresses, becomes a link. With `plain`, formulas become
    text, for readers without MathML. A text with more than MAX_LENGTH characters or MAX_MARKS of them that may mean
    something in Markdown becomes paragraphs of the text as it was typed, with links.
    """
    text = legible(text)
    html = _markdown.render(text, _environment(people, plain=plain)) if _is_short(text) else _as_typed(text)
    return mark_safe(_clean(html, _PROSE | _MATHML))


def _as_typed(text: str) -> str:
    lines = _BLANK_LINES.sub("</p>\n<p>", bare_links.linked(text.strip()))
    return "<p>" + _LINE_END.sub("<br>\n", lines) + "</p>"


def mentions(text: str) -> set[str]:
    """Returns the first MAX_MENTIONS names in lower case that a person's Markdown mentions as @name, if it is read."""
    text, environment = legible(text), _environment()
    if "@" in text and _is_short(text):
        _markdown.parse(text, environment)
    return set(list(dict.fromkeys(environment["mentions"]))[:MAX_MENTIONS])


def markdown_text(text: str) -> str:
    """Returns a person's Markdown as one line of plain text, which templates must escape like any other text."""
    text = legible(text)
    if not _is_short(text):
        return one_line(text)
    return one_line(unescape(_clean(_markdown.render(text, _environment(plain=True)), set())))


def markdown_line(text: str) -> SafeString:
    """Returns one line of a person's text as HTML, in which only the links of Markdown become elements."""
    text = legible(text)
    html = _one_line.renderInline(text, _environment()) if _is_short(text) else escape(text)
    return mark_safe(_clean(html, {"a"}))


def _clean(html: str, tags: set[str]) -> str:
    return nh3.clean(
        html,
        tags=tags,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow ugc noopener",
    )
