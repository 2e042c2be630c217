"""What a record says that a language model wrote about its paper."""

from collections.abc import Mapping

from django.utils import timezone

from papers.ingest.record import PaperRecord
from papers.ingest.values import is_same_moment
from papers.models.aitext import ImportedText


def settled(values: Mapping, record: PaperRecord) -> ImportedText | None:
    """Return the text of the paper with these values after a record; None if there is none yet.

    If the record does not say for which version the text was made, that is the one whose abstract it has, or else the
    first. A text for a version before that of the stored one changes nothing.
    """
    stored: ImportedText | None = values.get("ai_text")
    if record.ai_summary is None and record.ai_keywords is None:
        return stored
    before = stored or ImportedText("", (), "", 1, timezone.now())
    summary = before.summary if record.ai_summary is None else record.ai_summary
    keywords = before.keywords if record.ai_keywords is None else record.ai_keywords
    model = before.model if record.ai_summary is None else (record.ai_model or "")
    if stored and (summary, keywords, model) == stored[:3]:
        version, made_at = stored.version, stored.made_at
    else:
        version, made_at = record.version or _version(values, record), timezone.now()
    version = record.ai_version or version
    if stored and version < stored.version:
        return stored
    if record.ai_made_at and not is_same_moment(made_at, record.ai_made_at):
        made_at = record.ai_made_at
    return ImportedText(summary, keywords, model, version, made_at)


def _version(values: Mapping, record: PaperRecord) -> int:
    return values.get("version", 1) if record.abstract in (None, values.get("abstract")) else 1
