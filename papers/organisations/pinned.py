"""What stands on an organisation's page in an order of its own: featured papers, and collections as sections."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Model, QuerySet

from lib.refusals import BadInput
from orgs.models import Organisation
from papers import identifiers
from papers.models import Collection, Paper


def _arxiv_id(text: str) -> str:
    try:
        return identifiers.parse(text)[0]
    except ValueError as error:
        raise BadInput(str(error)) from None


@dataclass(frozen=True)
class Shelf:
    """`offered` may stand there, the latest first. `handle` is the column that names one in addresses, and `read`
    finds it in what was typed."""

    title: str
    lead: str
    one: str
    model: type[Model]
    offered: Callable[[Organisation], QuerySet]
    handle: str
    read: Callable[[str], str] = str.strip

    def find(self, organisation: Organisation, text: str) -> Model:
        """What is meant by the text. Raises BadInput if it can't stand there."""
        handle = self.read(text)
        row = self.offered(organisation).filter(**{self.handle: handle}).first()
        if row is None:
            raise BadInput(f"“{handle[:40]}” is no {self.one} of {organisation}. Only those can stand here.")
        return row


SHELVES = {
    "featured": Shelf(
        "Featured papers",
        "They stand above all others",
        "paper",
        Paper,
        lambda org: Paper.objects.affiliated_with([org.pk]).order_by("-listed_at", "-pk"),
        "arxiv_id",
        _arxiv_id,
    ),
    "sections": Shelf(
        "Sections",
        "Public collections, each with its first papers,",
        "public collection",
        Collection,
        lambda org: Collection.objects.listed().filter(organisation=org).order_by("-updated_at"),
        "key",
    ),
}
