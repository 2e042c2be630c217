from papers.models.author import Author
from papers.models.bookmark import Bookmark
from papers.models.day import Day
from papers.models.embedding import Embedding
from papers.models.organisationfollow import OrganisationFollow
from papers.models.paper import Paper
from papers.models.personfollow import PersonFollow
from papers.models.savedfilter import SavedFilter
from papers.models.searchentry import SearchEntry
from papers.models.textfollow import AuthorFollow, TopicFollow
from papers.models.vote import Vote
from papers.models.word import Word

__all__ = [
    "Author",
    "AuthorFollow",
    "Bookmark",
    "Day",
    "Embedding",
    "OrganisationFollow",
    "Paper",
    "PersonFollow",
    "SavedFilter",
    "SearchEntry",
    "TopicFollow",
    "Vote",
    "Word",
]
