"""Text with TeX in it, such as a paper's title or abstract, as HTML and other kinds of text.

All of them write the same tree (`lib.tex.nodes`), so that they say the same. TeX that cannot be read stays as its
source in each of them.
"""

from collections.abc import Callable
from functools import partial
from html import escape

from django.utils.safestring import SafeString, mark_safe

from lib.commonmark import paragraph
from lib.tex.nodes import Document
from lib.tex.reader import has_signs, read
from lib.tex.writers import as_html, as_markdown, as_plain, as_tex
from lib.text import one_line
from lib.words import bare

__all__ = ["latex", "line", "markdown", "markdown_line", "paragraphs", "plain", "plain_paragraphs", "read", "words"]
_escape = partial(escape, quote=False)


def line(document: Document, text_html: Callable[[str], str] = _escape, *, has_links: bool = False) -> SafeString:
    """Returns a document as one line of HTML, without links for what is a link itself."""
    return mark_safe(" ".join(as_html(paragraph, text_html, has_links=has_links) for paragraph in document))


def paragraphs(document: Document, text_html: Callable[[str], str] = _escape) -> SafeString:
    """Returns a document as HTML: a <p> for each paragraph."""
    return mark_safe("\n".join(f"<p>{as_html(paragraph, text_html, has_links=True)}</p>" for paragraph in document))


def plain(text: str) -> str:
    """Returns the text as one line without TeX: "$\\alpha_i^2$" becomes "α_i^2"."""
    return " ".join(plain_paragraphs(text)) if has_signs(text) else one_line(text)


def plain_paragraphs(text: str) -> list[str]:
    """Returns the paragraphs of the text without TeX."""
    return [one_line(as_plain(paragraph)) for paragraph in read(text)]


def words(text: str) -> str:
    """Returns the words of the text without TeX as search compares them (`lib.words.bare`)."""
    return bare(plain(text))


def markdown(text: str) -> str:
    """Returns the text as CommonMark, with formulas in dollars: each paragraph in a line of its own."""
    return "\n\n".join(filter(None, (paragraph(as_markdown(nodes)) for nodes in read(text))))


def markdown_line(text: str) -> str:
    """Returns the text as CommonMark for one line, such as a heading."""
    return paragraph(" ".join(map(as_markdown, read(text))))


def latex(text: str) -> str:
    """Returns the text as TeX that LaTeX and BibTeX can read: special characters are escaped where they were not."""
    return "\n\n".join(map(as_tex, read(text)))
