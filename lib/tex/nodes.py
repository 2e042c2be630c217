"""The tree of a text with TeX: what `lib.tex.reader` makes, and what `lib.tex.writers` write out.

A document is a tuple of paragraphs, and a paragraph a tuple of nodes.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """Characters as they are meant, with single spaces."""

    text: str


@dataclass(frozen=True, slots=True)
class Styled:
    """Nodes with a mark; `tag` is its HTML element: em, strong, code, sup or sub."""

    tag: str
    children: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Link:
    """Nodes that lead to an http(s) address."""

    url: str
    children: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula: its TeX without delimiters, its source with them, and its MathML. `is_block` is true for \\[…\\]."""

    tex: str
    source: str
    mathml: str
    is_block: bool


@dataclass(frozen=True, slots=True)
class Source:
    """TeX that cannot be read, as it was typed."""

    text: str


type Node = Text | Styled | Link | Formula | Source
type Paragraph = tuple[Node, ...]
type Document = tuple[Paragraph, ...]
