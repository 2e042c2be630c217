from papers.models.affiliation import Affiliation, State
from papers.models.author import Author
from papers.models.bookmark import Bookmark
from papers.models.collection import Collection
from papers.models.day import Day
from papers.models.embedding import Embedding
from papers.models.item import Item
from papers.models.paper import Paper
from papers.models.savedfilter import SavedFilter
from papers.models.searchentry import SearchEntry
from papers.models.vote import Vote
from papers.models.word import Word

__all__ = [
    "Affiliation",
    "Author",
    "Bookmark",
    "Collection",
    "Day",
    "Embedding",
    "Item",
    "Paper",
    "SavedFilter",
    "SearchEntry",
    "State",
    "Vote",
    "Word",
]
