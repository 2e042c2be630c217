"""Writes what was recognised in an import, by the verbs that the pages call and with their rules.

Each collection and each kind of follows is a transaction of its own, in which no paper is deleted or merged. Writing
the same import twice changes nothing the second time. A refusal is kept in the results, so that it does not prevent
the rest.
"""

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

from django.db import transaction
from django.utils.dateparse import parse_datetime

from lib import locks
from lib.refusals import BadInput, Gone, Refusal, TooMany
from papers.intake import archive, formats, targets
from papers.intake.recognised import Entry, Group, Recognised
from papers.models import Bookmark, Collection, Intake, Item, Paper, Vote
from papers.models import follow as follow_models
from papers.models.item import PAPERS_LOCK

OUR_FAULT = "Something went wrong on our side. The error is in our log. Please try again."
# An import with more than this is read or written by the worker, which also reads every archive.
SHORT_BYTES, SHORT_PAPERS, SHORT_TARGETS = 50_000, 2_000, 40


def read(intake: Intake) -> None:
    """Recognise what is in the file, or record why that is not possible. Other errors are recorded and raised."""
    with ExitStack() as on_error:
        on_error.callback(intake.fail, OUR_FAULT)
        try:
            intake.store(formats.read(bytes(intake.source)).as_json())
        except BadInput as refusal:
            intake.fail(str(refusal))
        on_error.pop_all()


def is_short_to_read(source: bytes) -> bool:
    """Returns whether this can be read while its person waits. A short archive may have much in it."""
    return len(source) <= SHORT_BYTES and not archive.is_zip(source)


def is_short(intake: Intake) -> bool:
    """Returns whether the import can be written while its person waits."""
    found = Recognised.from_json(intake.data)
    entries = len(found.papers.entries) + sum(len(group.entries) for group in found.collections)
    follows = sum(map(len, found.follows.values()))
    return entries <= SHORT_PAPERS and len(found.collections) + follows <= SHORT_TARGETS


def write(intake: Intake) -> None:
    """Write everything but the upvotes, and record the results. Other errors than refusals are recorded and raised."""
    with ExitStack() as on_error:
        on_error.callback(intake.fail, OUR_FAULT)
        found = Recognised.from_json(intake.data)
        papers, user = targets.papers(found), intake.user
        results = [_result(partial(_write_papers, intake, found.papers, papers), len(found.papers.entries))]
        for group in found.collections:
            write_group = partial(_write_collection, user, group, papers)
            results.append(_result(write_group, len(group.entries), kind="collection", name=group.name))
        for kind, names in found.follows.items():
            title = str(follow_models.kinds()[kind].title)
            results.append(_result(partial(_follow, user, kind, names), len(names), kind="follows", name=title))
        intake.finish([result for result in results if result["number"] or result["kind"] == "collection"])
        on_error.pop_all()


def cast_votes(intake: Intake, network: str, count_use: Callable[[], None]) -> None:
    """Cast the upvotes of an import that was written, until `count_use`, which counts each of them, raises TooMany.

    The rest stays for the next time. Each is a vote as from the button, from this network: it waits, counts and is
    compared with others by the same rules. Raises NotAllowed for an account that is not active.
    """
    found, user = Recognised.from_json(intake.data), intake.user
    papers = {paper.arxiv_id: paper for paper in _votable(found.votes)}
    voted = set(Vote.objects.filter(user=user, paper__in=papers.values()).values_list("paper", flat=True))
    counts, done = {"added": 0, "present": 0, "absent": 0}, set()
    for entry in found.votes:
        paper = papers.get(entry.id)
        outcome = "absent" if paper is None else "present" if paper.pk in voted else "added"
        if outcome == "added":
            try:
                count_use()
            except TooMany:
                break
            Vote.objects.make(user, paper, network)
        counts[outcome] += 1
        done.add(entry.id)
    if done:
        intake.record_votes(done, counts)


def _votable(votes: list[Entry]):
    return Paper.objects.only("arxiv_id", "vote_count").filter(arxiv_id__in=[entry.id for entry in votes])


def _result(write: Callable[[], dict], number: int, **names) -> dict:
    """Returns the result of writing this many entries, as a dictionary for JSON."""
    result = {"kind": "bookmarks", "name": "", "number": number, "problem": ""} | names
    try:
        with transaction.atomic():
            locks.share(PAPERS_LOCK)
            return result | write()
    except Refusal as refusal:
        return result | {"problem": str(refusal)}


def _write_papers(intake: Intake, group: Group, papers: dict[str, int]) -> dict:
    user, collection = intake.user, targets.collection(intake)
    if intake.target_name and group.entries:
        collection = Collection.objects.begin(user, user, intake.target_name)
    if collection:
        return {"kind": "collection", "name": collection.name} | _put(user, collection, group, papers)
    here = [(papers[entry.id], entry.version, _time(entry)) for entry in group.entries if entry.id in papers]
    return _counts(group, len(here), Bookmark.objects.restore(user, here))


def _write_collection(user, group: Group, papers: dict[str, int]) -> dict:
    values = {"description": group.description, "visibility": group.visibility}
    return _put(user, Collection.objects.begin(user, user, group.name, **values), group, papers)


def _put(user, collection: Collection, group: Group, papers: dict[str, int]) -> dict:
    here = [papers[entry.id] for entry in group.entries if entry.id in papers]
    added = Item.objects.add(user, collection, here)
    notes = {papers[entry.id]: entry.note for entry in group.entries if entry.note and entry.id in papers}
    Item.objects.write_first_notes(user, collection, notes)
    return _counts(group, len(here), added) | {"url": collection.get_absolute_url()}


def _counts(group: Group, here: int, added: int) -> dict:
    return {"added": added, "present": here - added, "absent": len(group.entries) - here}


def _time(entry: Entry):
    return parse_datetime(entry.at) if entry.at else None


def _follow(user, kind: str, names: list[str]) -> dict:
    """Follow what exists. Past the most that a person may follow, the result has the problem and what was done."""
    model, here = follow_models.kinds()[kind], targets.follows(user, kind, names)
    result = {"added": 0, "present": 0, "absent": len(names) - len(here)}
    for target in here.values():
        try:
            is_new = model.objects.make(user, target)
        except BadInput as refusal:
            return result | {"problem": str(refusal)}
        except Gone:
            result["absent"] += 1
        else:
            result["added" if is_new else "present"] += 1
    return result
