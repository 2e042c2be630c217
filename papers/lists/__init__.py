"""Lists of papers: the `List` itself, the catalogue of all lists, and the page of any list."""

from papers.lists.pages import page

__all__ = ["page"]
