"""Undoing what a person, who proved to be no author, has changed as an author of a paper, and doing it again."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from papers.models.aitext import AiText
from papers.models.artefact import Artefact, ArtefactKind, artefact_counters
from papers.models.correction import FIELDS, Correction
from papers.models.links import LinkSource
from papers.models.paper import Paper

_HIDDEN = {"hidden_source": LinkSource.AUTHOR}


def undo(actor, person, paper: Paper) -> dict[str, list]:
    """Undo what this person has changed of the paper and nobody has changed since.

    The actor is a moderator, and the paper is locked. Returns what was undone as JSON for `redo`: {name: [former value,
    value now]}.
    """
    undone = Correction.objects.undo(actor, person, paper)
    undone |= _undo_summary(person, paper)
    if artefacts := _undo_artefacts(person, paper):
        undone["artefacts"] = artefacts
    Paper.objects.touch([paper.pk], **artefact_counters())
    return undone


def redo(actor, paper: Paper, undone: dict[str, list]) -> None:
    """Make the changes again that `undo` has undone, where nobody has changed the paper since.

    The actor is a moderator, and the paper is locked.
    """
    Correction.objects.redo(actor, paper, {name: pair for name, pair in undone.items() if name in FIELDS})
    texts = AiText.objects.filter(paper=paper)
    for text in texts.filter(source=LinkSource.IMPORT) if "summary" in undone else ():
        summary, version, made_at = undone["summary"][0]
        text.write(summary, version, datetime.fromisoformat(made_at))
        text.save()
    if "summary_state" in undone:
        texts.filter(hidden_at=None).update(hidden_at=timezone.now(), **_HIDDEN)
    for former, now in undone.get("artefacts", ()):
        Artefact.objects.filter(paper=paper, **now).update(**former)
    Paper.objects.touch([paper.pk], **artefact_counters())


def _undo_summary(person, paper: Paper) -> dict[str, list]:
    undone, latest = {}, _latest(paper, ("summary", "summary_state"))
    text = AiText.objects.filter(paper=paper).first()
    if text and text.is_by_author and latest.get("summary") == person.pk:
        undone["summary"] = [[text.summary, text.version, text.made_at.isoformat()], text.import_text.summary]
        text.put_back()
    if text and text.hidden_source == LinkSource.AUTHOR and latest.get("summary_state") == person.pk:
        undone["summary_state"] = ["hidden", "shown"]
        text.hidden_at, text.hidden_source = None, ""
    if undone:
        text.save()
    return undone


def _latest(paper: Paper, names: Iterable[str]) -> dict[str, int | None]:
    """Who has made the latest correction of each of these names."""
    rows = Correction.objects.filter(paper=paper).order_by("pk").values_list("actor", "changes")
    return {name: actor for actor, changes in rows for name in changes if name in names}


def _undo_artefacts(person, paper: Paper) -> list[list[dict]]:
    """Undo it, and return pairs of the values before and after, by which `redo` finds the rows."""
    undone = []
    former = _former_artefacts(person, paper)
    for row in Artefact.objects.filter(paper=paper, url__in=former, source=LinkSource.AUTHOR).order_by("pk"):
        before = _values(row)
        if former[row.url]:
            row.removed_at, row.source = None, former[row.url]
        else:
            row.removed_at, row.source = row.removed_at or timezone.now(), LinkSource.MODERATOR
        row.added_by = None if row.source == LinkSource.IMPORT else row.added_by
        row.save()
        undone.append([before, {"pk": row.pk, "source": row.source}])
    return undone


def _values(row: Artefact) -> dict:
    removed_at = row.removed_at and row.removed_at.isoformat()
    return {"source": row.source, "added_by_id": row.added_by_id, "removed_at": removed_at}


def _former_artefacts(person, paper: Paper) -> dict[str, str]:
    """The former sources of the artefacts that this person was the last to change, by address; "" for a new one."""
    former, others = {}, set()
    for correction in Correction.objects.filter(paper=paper).order_by("-pk"):
        for kind in ArtefactKind.values:
            url = next(filter(None, correction.changes.get(kind, [])), "")
            if correction.actor_id != person.pk:
                others.add(url)
            elif url and url not in others:
                former[url] = correction.sources.get(kind, "")
    return former
