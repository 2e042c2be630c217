from papers.models.author import Author
from papers.models.bookmark import Bookmark
from papers.models.day import Day
from papers.models.paper import Paper
from papers.models.searchentry import SearchEntry
from papers.models.vote import Vote

__all__ = ["Author", "Bookmark", "Day", "Paper", "SearchEntry", "Vote"]
