"""Converts Markdown of people into a few tags of safe HTML, and formulas in it into MathML Core.

nh3 cleans all output with an allow-list, so that nobody's text can bring other elements or attributes into a page. A
formula that math-core cannot read is shown as its source. A person's text that would take long to read as Markdown is
shown as it was typed: see `_is_short`.
"""

import re
from collections.abc import Mapping
from html import escape, unescape

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

from lib import bare_links
from lib.tex import formula
from lib.tex.formula import MATHML, MATHML_ATTRIBUTES
from lib.text import BLANK_LINES, legible, one_line

_PROSE = {"p", "br", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "a", "hr", "del"}
_ATTRIBUTES = MATHML_ATTRIBUTES | {"a": {"href"}, "*": set()}  # nh3 allows title anywhere

MAX_LENGTH = 10_000  # characters of a text that is read as Markdown
MAX_MARKS = 2_500  # characters in it that may mean something in Markdown
MAX_MENTIONS = 20


def _render_maths(renderer, tokens, index, options, env) -> str:
    token = tokens[index]
    mathml = formula.mathml(token.content, is_block=token.type != "math_inline")
    if mathml is None:
        return f"<code>{escape(token.content)}</code>"
    return escape(formula.text(mathml)) if env["plain"] else mathml


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

_LINE_END = re.compile(r"(?<!</p>)\n")
MARK = re.compile(r"[\\`*_\[\]<>!&$~#@:^{}|=+\n-]")


def _is_short(text: str) -> bool:
    """Returns whether the text can be read as Markdown in less than a tenth of a second (`bench/markup.py`)."""
    return len(text) <= MAX_LENGTH and len(MARK.findall(text)) <= MAX_MARKS


def _environment(people: Mapping[str, str] | None = None, *, plain: bool = False) -> dict:
    return {"people": people or {}, "mentions": [], "plain": plain}


def markdown(text: str, people: Mapping[str, str] | None = None, *, plain: bool = False) -> SafeString:
    """Returns a person's Markdown with formulas as HTML: without images and raw HTML, and with rel="ugc" on links.

    Each @name of `people`, a mapping of names in lower case to addresses, becomes a link. With `plain`, formulas become
    text, for readers without MathML. A text with more than MAX_LENGTH characters or MAX_MARKS of them that may mean
    something in Markdown becomes paragraphs of the text as it was typed, with links.
    """
    text = legible(text)
    html = _markdown.render(text, _environment(people, plain=plain)) if _is_short(text) else _as_typed(text)
    return mark_safe(_clean(html, _PROSE | MATHML))


def _as_typed(text: str) -> str:
    lines = BLANK_LINES.sub("</p>\n<p>", bare_links.linked(text.strip()))
    return "<p>" + _LINE_END.sub("<br>\n", lines) + "</p>"


def tokens(text: str) -> list[Token] | None:
    """Returns what a person's Markdown consists of, as markdown-it has it, or None if it would take long to read."""
    text = legible(text)
    return _markdown.parse(text, _environment()) if _is_short(text) else None


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
