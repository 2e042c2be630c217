from papers.models.affiliation import Affiliation, State
from papers.models.aitext import AiText
from papers.models.artefact import Artefact, ArtefactKind
from papers.models.author import Author
from papers.models.authorclaim import AuthorClaim
from papers.models.authorclaimqueryset import ClaimState, Proof
from papers.models.bookmark import Bookmark
from papers.models.collection import Collection
from papers.models.collectionfollow import CollectionFollow
from papers.models.comment import Comment
from papers.models.commentrevision import CommentRevision
from papers.models.commentvote import CommentVote
from papers.models.content import Content, Outcome
from papers.models.correction import Correction
from papers.models.dataexport import DataExport
from papers.models.day import Day
from papers.models.daydone import DayDone
from papers.models.dismissed import Dismissed
from papers.models.embedding import Embedding
from papers.models.feedkey import FeedKey
from papers.models.fetched import Fetched
from papers.models.heldvote import HeldVote
from papers.models.intake import Intake
from papers.models.item import Item
from papers.models.links import CodeState, LinkSource
from papers.models.organisationentry import OrganisationEntry
from papers.models.organisationfollow import OrganisationFollow
from papers.models.origin import Origin
from papers.models.paper import Paper
from papers.models.paperfollow import PaperFollow
from papers.models.paperversion import PaperVersion
from papers.models.personentry import PersonEntry
from papers.models.personfollow import PersonFollow
from papers.models.removedpaper import RemovedPaper
from papers.models.reproduction import Reproduction
from papers.models.savedfilter import SavedFilter
from papers.models.searchentry import SearchEntry
from papers.models.seen import Seen
from papers.models.sitecount import SiteCount
from papers.models.submission import Submission, SubmissionState
from papers.models.textfollow import AuthorFollow, TopicFollow
from papers.models.topicentry import TopicEntry
from papers.models.visit import Visit
from papers.models.vote import Vote
from papers.models.votenetwork import VoteNetwork, VoteSalt
from papers.models.votestate import VoteState
from papers.models.word import Word

__all__ = [
    "Affiliation",
    "AiText",
    "Artefact",
    "ArtefactKind",
    "Author",
    "AuthorClaim",
    "AuthorFollow",
    "Bookmark",
    "ClaimState",
    "CodeState",
    "Collection",
    "CollectionFollow",
    "Comment",
    "CommentRevision",
    "CommentVote",
    "Content",
    "Correction",
    "DataExport",
    "Day",
    "DayDone",
    "Dismissed",
    "Embedding",
    "FeedKey",
    "Fetched",
    "HeldVote",
    "Intake",
    "Item",
    "LinkSource",
    "OrganisationEntry",
    "OrganisationFollow",
    "Origin",
    "Outcome",
    "Paper",
    "PaperFollow",
    "PaperVersion",
    "PersonEntry",
    "PersonFollow",
    "Proof",
    "RemovedPaper",
    "Reproduction",
    "SavedFilter",
    "SearchEntry",
    "Seen",
    "SiteCount",
    "State",
    "Submission",
    "SubmissionState",
    "TopicEntry",
    "TopicFollow",
    "Visit",
    "Vote",
    "VoteNetwork",
    "VoteSalt",
    "VoteState",
    "Word",
]
