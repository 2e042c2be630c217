"""Pages of collections as Markdown."""

from collections.abc import Iterable

from django.urls import reverse

from lib import keyset
from lib.commonmark import escaped, item, quotation
from lib.rewriting import rewritten
from papers.lists.markdown import index
from papers.lists.query import query_string
from papers.models import Collection
from papers.paper.markdown import blocks, leading_to


def public(found: keyset.Page, order: str) -> str:
    """The page of these public collections."""
    older = query_string({"sort": order}, older=found.cursor)
    next_page = reverse("papers:collections") + older if found.cursor else ""
    return index("Collections", map(_row, found.rows), next_page=next_page)


def mine(collections: Iterable[Collection]) -> str:
    """The page of the collections that the reader may change."""
    return index("My collections", map(_row, collections))


def _row(collection: Collection) -> str:
    counts = {"papers": collection.paper_count, "followers": collection.follower_count}
    visibility = "" if collection.is_public else f", {collection.visibility}"
    row = leading_to(collection.name, collection.get_absolute_url(), counts)
    about = quotation(rewritten(collection.description)) if collection.description else ""
    return item(blocks([f"{row}, by {escaped(str(collection.owner))}{visibility}", about]))
