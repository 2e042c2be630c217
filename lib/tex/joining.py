"""Makes paragraphs of the nodes that were read: joins texts, and finds web addresses in them."""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from lib import bare_links
from lib.tex.nodes import Document, Link, Node, Paragraph, Styled, Text
from lib.text import BLANK_LINES

BREAK = Text("\n\n")  # between two paragraphs; within a link, it is a space
_SPACES = re.compile(r"(?: [ \t\n\r\f\v]|[\t\n\r\f\v])[ \t\n\r\f\v]*")  # that are not one space already


def split(text: str) -> list[Node]:
    """Returns the text with BREAK at its empty lines."""
    first, *others = BLANK_LINES.split(text)
    return [Text(first), *(node for other in others for node in (BREAK, Text(other)))]


def styled(tag: str, nodes: Iterable[Node]) -> list[Node]:
    """Returns the nodes with a mark: one in each paragraph."""
    result = []
    for is_break, group in groupby(nodes, lambda node: node is BREAK):
        children = list(group)
        result += children if is_break else [Styled(tag, joined(children))]
    return result


def paragraphs(nodes: Iterable[Node]) -> Document:
    paragraphs = [[]]
    for node in nodes:
        if node is BREAK:
            paragraphs.append([])
        else:
            paragraphs[-1].append(node)
    return tuple(filter(None, (_stripped(_linked(joined(paragraph))) for paragraph in paragraphs)))


def joined(nodes: Iterable[Node]) -> Paragraph:
    """Returns the nodes with neighbouring texts as one text, with single spaces."""
    result = []
    for node in nodes:
        if isinstance(node, Text) and result and isinstance(result[-1], Text):
            result[-1] = Text(result[-1].text + node.text)
        else:
            result.append(node)
    texts = (Text(_SPACES.sub(" ", node.text)) if isinstance(node, Text) else node for node in result)
    return tuple(node for node in texts if node != Text(""))


def _stripped(paragraph: Paragraph) -> Paragraph:
    """Returns the paragraph without spaces at its ends."""
    nodes = list(paragraph)
    if nodes and isinstance(nodes[0], Text):
        nodes[0] = Text(nodes[0].text.lstrip())
    if nodes and isinstance(nodes[-1], Text):
        nodes[-1] = Text(nodes[-1].text.rstrip())
    return tuple(node for node in nodes if node != Text(""))


def _linked(nodes: Paragraph) -> Paragraph:
    """Returns the nodes with links for the web addresses that stand in their texts."""
    return tuple(linked for node in nodes for linked in _with_links(node))


def _with_links(node: Node) -> Iterator[Node]:
    match node:
        case Text() if "://" in node.text:
            for text, is_url in bare_links.pieces(node.text):
                yield Link(text, (Text(text),)) if is_url else Text(text)
        case Styled():
            yield Styled(node.tag, _linked(node.children))
        case _:
            yield node
