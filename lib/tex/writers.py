"""Writes a tree of TeX (`lib.tex.nodes`) as HTML, plain text, Markdown, and TeX."""

from collections.abc import Callable
from html import escape
from itertools import accumulate

from lib import commonmark
from lib.tex import formula
from lib.tex.nodes import Formula, Link, Node, Paragraph, Source, Styled, Text

_MARKDOWN_MARKS = {"em": "*", "strong": "**"}
_DIGITS = "0123456789+-=()"
_RAISED = {"sup": str.maketrans(_DIGITS, "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾"), "sub": str.maketrans(_DIGITS, "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")}
_TEX_COMMANDS = {"em": "emph", "strong": "textbf", "code": "texttt", "sup": "textsuperscript", "sub": "textsubscript"}
_TEX_SIGNS = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",  # not \{, since BibTeX counts braces, even escaped ones
        "}": r"\textbraceright{}",
        "&": r"\&",
        "%": r"\%",
        "#": r"\#",
        "_": r"\_",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "$": r"\$",
        "\u00a0": "~",
    }
)


def as_html(paragraph: Paragraph, text_html: Callable[[str], str], *, has_links: bool) -> str:
    """Returns the paragraph as HTML, in which `text_html` makes HTML of the texts."""

    def write(node: Node) -> str:
        match node:
            case Text(text):
                return text_html(text)
            case Formula():
                return node.mathml
            case Source(text):
                return f"<code>{escape(text, quote=False)}</code>"
            case Styled(tag, children):
                return f"<{tag}>{''.join(map(write, children))}</{tag}>"
            case Link(url, children):
                html = "".join(map(write, children))
                return f'<a href="{escape(url)}" rel="nofollow ugc noopener">{html}</a>' if has_links else html

    return "".join(map(write, paragraph))


def as_plain(nodes: Paragraph) -> str:
    """Returns the nodes as text without TeX."""
    return "".join(map(_plain, nodes))


def _plain(node: Node) -> str:
    match node:
        case Text(text) | Source(text):
            return text
        case Formula():
            return formula.text(node.mathml)
        case Styled(tag, children):
            return _raised(tag, as_plain(children))
        case Link(_, children):
            return as_plain(children)


def _raised(tag: str, text: str) -> str:
    """Returns the text of a mark. Digits and signs that are raised or lowered have characters of their own."""
    return text.translate(_RAISED[tag]) if tag in _RAISED and set(text) <= set(_DIGITS) else text


def as_markdown(nodes: Paragraph, marks: tuple[str, ...] = ()) -> str:
    """Returns the nodes as CommonMark with formulas in dollars; `marks` are those that are open around them."""
    return "".join(_markdown(node, marks) for node in nodes)


def _markdown(node: Node, marks: tuple[str, ...]) -> str:
    match node:
        case Text(text):
            return commonmark.escaped(text)
        case Formula():
            return commonmark.formula(node.tex, is_block=node.is_block)
        case Source(text) | Styled("code", (Text(text),)):
            return commonmark.code(text)
        case Styled(tag, children):
            mark = _MARKDOWN_MARKS.get(tag, "")
            if mark in {"", *marks} or not as_plain(children).strip():
                return as_markdown(children, marks)
            text = as_markdown(children, (*marks, mark))
            before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
            return f"{before}{mark}{text.strip()}{mark}{after}"
        case Link(url, children):
            is_bare = as_plain(children) == url
            target = commonmark.destination(url)
            return commonmark.address(url) if is_bare else f"[{as_markdown(children, marks)}](<{target}>)"


def as_tex(nodes: Paragraph) -> str:
    """Returns the nodes as TeX that LaTeX and BibTeX can read."""
    return "".join(map(_tex, nodes))


def _tex(node: Node) -> str:
    match node:
        case Text(text):
            return escaped(text)
        case Formula(source=text) | Source(text):
            return formula.with_percent_signs(text) if _is_balanced(text) else escaped(text)
        case Styled(tag, children):
            return f"\\{_TEX_COMMANDS[tag]}{{{as_tex(children)}}}"
        case Link(url, children):
            return f"\\url{{{url}}}" if as_plain(children) == url else f"\\href{{{url}}}{{{as_tex(children)}}}"


def _is_balanced(text: str) -> bool:
    """Returns whether the braces are, as BibTeX counts them: also escaped ones."""
    depths = list(accumulate((character == "{") - (character == "}") for character in text))
    return not depths or (min(depths) >= 0 and depths[-1] == 0)


def escaped(text: str) -> str:
    """Returns plain text as TeX: its special characters as commands."""
    return text.translate(_TEX_SIGNS)
