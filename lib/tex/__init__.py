"""Text with TeX in it, such as a paper's title or abstract, as other kinds of text."""

from lib.markup import plain as _plain


def plain(text: str) -> str:
    """Returns the text without TeX: "$\\alpha_i^2$" becomes "α_i^2". Paragraphs are separated by empty lines."""
    return _plain(text)


def latex(text: str) -> str:
    """Returns the text as TeX that LaTeX and BibTeX can read: special characters are escaped where they were not."""
    return _plain(text)


def words(text: str) -> str:
    """Returns the text for the search index: without TeX, and with the names of Greek letters of formulas."""
    return _plain(text)
