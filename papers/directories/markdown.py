"""The directories as Markdown: a link for each entry, with its counts."""

from collections.abc import Iterable, Mapping, Sequence

from django.urls import reverse

from lib.commonmark import item
from papers.lists.markdown import index
from papers.models import OrganisationEntry, PersonEntry, TopicEntry
from papers.models.directory import DirectoryEntry
from papers.paper.markdown import blocks, leading_to


def directory(title: str, entries: Iterable[DirectoryEntry], next_page: str) -> str:
    """The page of the directory with these entries. `next_page` is the path of the next one, or ""."""
    return index(title, map(item, map(_row, entries)), next_page=next_page)


def fields(archives: Mapping[str, Sequence[TopicEntry]]) -> str:
    """The arXiv categories of each archive."""
    filled = {title: "\n".join(map(item, map(_row, entries))) for title, entries in archives.items() if entries}
    return index("Fields", [blocks(f"## {title}\n\n{rows}" for title, rows in filled.items())] if filled else [])


def _row(entry: DirectoryEntry) -> str:
    followers = {"followers": entry.follower_count}
    match entry:
        case TopicEntry():
            name = f"{entry}: {entry.category}" if entry.category else str(entry)
            counts = {"papers": entry.paper_count, "papers this month": entry.recent_count}
            return leading_to(name, entry.get_absolute_url(), counts | followers)
        case OrganisationEntry():
            counts = {"papers": entry.paper_count, "papers this month": entry.recent_count}
            counts["upvotes"] = entry.vote_count
            return leading_to(str(entry), entry.organisation.get_absolute_url(), counts | followers)
        case PersonEntry():
            counts = {"submitted": entry.submissions, "upvoted": entry.upvotes}
            path = reverse("papers:person", args=[entry.person.username])
            return leading_to(str(entry), path, counts | followers)
