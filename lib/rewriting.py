"""Writes a person's Markdown anew, so that it can stand in a document of ours and brings nothing else into it.

It says what its HTML (`lib.markup.markdown`) says: images are links, raw HTML is text, and headings are paragraphs.
Since each link has its own address, no text can define one for a link of another text.
"""

from urllib.parse import urlsplit

from markdown_it.tree import SyntaxTreeNode

from lib import commonmark, markup
from lib.text import BLANK_LINES, legible

_SCHEMES = {"http", "https", "mailto"}


def rewritten(text: str) -> str:
    """Returns the blocks of the text, one line a paragraph.

    A text that would take long to read becomes paragraphs of the text as it was typed.
    """
    tokens = markup.tokens(text)
    if tokens is None:
        return "\n\n".join(filter(None, map(commonmark.line, BLANK_LINES.split(legible(text)))))
    return _blocks(SyntaxTreeNode(tokens).children)


def _blocks(nodes: list[SyntaxTreeNode], separator: str = "\n\n") -> str:
    return separator.join(filter(None, map(_block, nodes)))


def _block(node: SyntaxTreeNode) -> str:
    match node.type:
        case "paragraph" | "heading":
            return _paragraph(node)
        case "blockquote":
            return commonmark.quotation(_blocks(node.children))
        case "bullet_list":
            return "\n\n".join(commonmark.item(_blocks(item.children)) for item in node.children)
        case "ordered_list":
            first = int(node.attrGet("start") or 1)
            numbered = enumerate(node.children, first)
            return "\n\n".join(commonmark.item(_blocks(item.children), f"{number}. ") for number, item in numbered)
        case "fence" | "code_block":
            return commonmark.fence(legible(node.content))
        case "math_block" | "math_block_label":
            return commonmark.formula(node.content, is_block=True)
    return "***"  # a line across


def _paragraph(node: SyntaxTreeNode) -> str:
    """Returns the lines of a paragraph; a hard line break is a backslash."""
    lines = _inline(node.children).split("\n")
    return "\\\n".join(filter(None, map(commonmark.paragraph, lines)))


def _inline(nodes: list[SyntaxTreeNode]) -> str:
    return "".join(map(_span, nodes))


def _span(node: SyntaxTreeNode) -> str:
    match node.type:
        case "inline":
            return _inline(node.children)
        case "text":
            return commonmark.escaped(legible(node.content).replace("\n", " "))
        case "softbreak":
            return " "
        case "hardbreak":
            return "\n"
        case "code_inline":
            return commonmark.code(legible(node.content))
        case "math_inline" | "math_inline_double":
            return commonmark.formula(node.content, is_block=node.type != "math_inline")
        case "link":
            return _link(node)
        case "em" | "strong" | "s":
            return f"{node.markup}{_inline(node.children)}{node.markup}"


def _link(node: SyntaxTreeNode) -> str:
    url, label = str(node.attrGet("href")), _inline(node.children).replace("\n", " ")
    if urlsplit(url).scheme.lower() not in _SCHEMES:
        return label
    is_bare = [child.content for child in node.children] == [url]
    return commonmark.address(url) if is_bare else f"[{label}](<{commonmark.destination(url)}>)"
