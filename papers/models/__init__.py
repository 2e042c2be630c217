from papers.models.author import Author
from papers.models.bookmark import Bookmark
from papers.models.dataexport import DataExport
from papers.models.day import Day
from papers.models.embedding import Embedding
from papers.models.paper import Paper
from papers.models.savedfilter import SavedFilter
from papers.models.searchentry import SearchEntry
from papers.models.vote import Vote
from papers.models.word import Word

__all__ = [
    "Author",
    "Bookmark",
    "DataExport",
    "Day",
    "Embedding",
    "Paper",
    "SavedFilter",
    "SearchEntry",
    "Vote",
    "Word",
]
