"""What a record says beside its paper: the discussion, who submitted it, and how its source came by the code link."""

from collections.abc import Mapping

from papers.ingest.record import PaperRecord
from papers.models import LinkSource, Paper
from papers.models.origin import OriginValues
from papers.sites import HUB

_NOBODY = (None,) * 3


def settled(values: Mapping, record: PaperRecord, paper: Paper) -> OriginValues | None:
    """Return what is known beside the paper with these values after a record; None if that is nothing.

    The Hub's record replaces what it has. One of another Broadsheet, which has it from elsewhere or from here, only
    adds what is missing: no submitter to a paper that was submitted here, and nothing about a code link that is not
    imported.
    """
    stored = values.get("origin", OriginValues())
    submitter, added_by = record.submitter or _NOBODY, record.code_added_by
    if record.site != HUB:
        if stored.submitter_username or paper.submitted_by_id:
            submitter = _NOBODY
        if stored.code_added_by or values.get("code_source", LinkSource.IMPORT) != LinkSource.IMPORT:
            added_by = None
    discussion_id = None if record.site != HUB and stored.discussion_id else record.discussion_id
    new = (discussion_id, *submitter, added_by)
    origin = OriginValues(*(old if value is None else value for value, old in zip(new, stored, strict=True)))
    return origin if any(origin) else None
