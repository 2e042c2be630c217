"""The lists that an organisation pins to its page in an order of its own: featured papers, and sections."""

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
class PinnedList:
    """A list that an organisation pins to its page, of rows of `model`.

    `candidates` are the rows that may be pinned, latest first. `handle` is the column that identifies a row in
    addresses, and `parse` returns its value from a form's text. `noun` is for messages, `lead` for the list's page.
    """

    title: str
    lead: str
    noun: str
    model: type[Model]
    candidates: Callable[[Organisation], QuerySet]
    handle: str
    parse: Callable[[str], str] = str.strip

    def find(self, organisation: Organisation, text: str) -> Model:
        """Return the row that the text identifies. Raises BadInput if that may not be pinned."""
        handle = self.parse(text)
        row = self.candidates(organisation).filter(**{self.handle: handle}).first()
        if row is None:
            raise BadInput(f"“{handle[:40]}” is not a {self.noun} of {organisation}.")
        return row


PINNED_LISTS = {
    "featured": PinnedList(
        "Featured papers",
        "Papers at the top of the list",
        "paper",
        Paper,
        lambda org: Paper.objects.affiliated_with([org.pk]).order_by("-listed_at", "-pk"),
        "arxiv_id",
        _arxiv_id,
    ),
    "sections": PinnedList(
        "Sections",
        "Public collections with their first papers",
        "public collection",
        Collection,
        lambda org: Collection.objects.listed().filter(organisation=org).order_by("-updated_at"),
        "key",
    ),
}
