"""Lists of papers: what they are, where they are found, and the page of any of them."""

from papers.lists.pages import page

__all__ = ["page"]
