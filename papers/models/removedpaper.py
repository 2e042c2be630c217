"""Papers that moderators have removed, and what it takes to restore them."""

from collections.abc import Iterator
from datetime import timedelta
from functools import cache

from django.db import connection, models, transaction
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.moderators import demand_moderator
from lib import locks
from lib.fields import LineField
from lib.refusals import BadInput, Conflict, NotAllowed
from papers.models import mergedpaper
from papers.models.affiliation import Affiliation
from papers.models.artefact import artefact_counters
from papers.models.authorclaim import AuthorClaim
from papers.models.comment import Comment
from papers.models.commentrevision import CommentRevision
from papers.models.commentvote import CommentVote
from papers.models.content import Content
from papers.models.counts import count_of
from papers.models.day import Day
from papers.models.item import PAPERS_LOCK, Item
from papers.models.paper import Paper
from papers.models.vote import Vote, vote_counters
from papers.models.votenetwork import VoteNetwork
from papers.signals import authorship_claimed, votes_held

RESTORABLE = timedelta(days=30)
IMPORTS_LOCK = 0x696E67657374  # the number of the advisory lock that imports take


@cache
def _tables() -> list[tuple[type[models.Model], str]]:
    """The models whose rows are deleted with a paper, each with the lookup that leads to the paper's key.

    A model comes after those that its rows refer to, and Paper comes first. Hashes of networks are left out, since they
    must not be kept for longer.
    """
    found = {Paper: "pk"}
    for model, lookup in _followed(found):
        found.setdefault(model, lookup)
    del found[VoteNetwork]
    return list(found.items())


def _followed(found: dict) -> Iterator[tuple[type[models.Model], str]]:
    for model, lookup in _growing(found):
        for relation in model._meta.get_fields(include_hidden=True):
            is_reverse = relation.one_to_many or (relation.one_to_one and relation.auto_created)
            if is_reverse and relation.on_delete is models.CASCADE and relation.related_model not in found:
                name = relation.field.name
                yield relation.related_model, name if lookup == "pk" else f"{name}__{lookup}"


def _growing(found: dict) -> Iterator[tuple]:
    """The entries of a dict, also those that are added meanwhile."""
    number = 0
    while number < len(found):
        yield list(found.items())[number]
        number += 1


class RemovedPaperManager(models.Manager):
    def lock_imports(self) -> None:
        """Let no other import run until the transaction ends, and nobody remove or restore papers."""
        locks.take(IMPORTS_LOCK)

    def lock_removals(self) -> None:
        """Let no import run, and nobody put papers into collections, until the transaction ends.

        Who removes or restores papers does this first, before any row is locked, as `PaperQuerySet.delete` does.
        """
        self.lock_imports()
        locks.take(PAPERS_LOCK)

    def among(self, arxiv_ids) -> set[str]:
        """Those of these arXiv ids whose papers were removed, which imports leave out."""
        return set(self.filter(arxiv_id__in=list(arxiv_ids)).values_list("arxiv_id", flat=True))

    def demand_none(self, arxiv_id: str) -> None:
        """Raises NotAllowed if the paper with this id was removed or merged, and so cannot be submitted."""
        row = self.filter(arxiv_id=arxiv_id).values_list("reason", "merged_into__arxiv_id").first()
        if row:
            decision = f"merged this paper into {row[1]}" if row[1] else "removed this paper"
            raise NotAllowed(f"Moderators have {decision}: {row[0]}")

    @transaction.atomic
    def remove(self, actor, paper: Paper, reason: str) -> "RemovedPaper":
        """Delete the paper with all that refers to it, which `restore` brings back within RESTORABLE.

        Its page says the reason, and no import lists it again. Raises NotAllowed for anybody but moderators, Gone if it
        was deleted, and Conflict if other papers were merged into it.
        """
        self.lock_removals()
        paper.lock()
        demand_moderator(actor)
        self._demand_none_merged_into(paper)
        removed = self._archive(paper, reason)
        paper.delete()
        return removed

    @transaction.atomic
    def merge(self, actor, paper: Paper, into: Paper, reason: str) -> "RemovedPaper":
        """Move what readers did with the paper to another one, to which its address leads from then on.

        `restore` takes that back within RESTORABLE. Raises NotAllowed for anybody but moderators, Gone if one of the
        two was deleted, BadInput for a paper and itself, and Conflict if other papers were merged into it or
        if a claim of authorship can't move.
        """
        self.lock_removals()
        for each in sorted((paper, into), key=lambda each: each.pk):
            each.lock()
        demand_moderator(actor)
        if paper == into:
            raise BadInput("A paper can't be merged into itself.")
        self._demand_none_merged_into(paper)
        removed = self._archive(paper, reason, merged_into=into)
        moved = mergedpaper.move_comments(paper.pk, into.pk) | mergedpaper.move_claims(paper.pk, into)
        moved |= mergedpaper.move_additions(paper.pk, into.pk)
        paper.delete()
        removed.moved = moved | mergedpaper.copy_marks(removed.pk, into.pk)
        removed.save(update_fields=["moved"])
        _recount(into.pk)
        _report_held_votes(into, removed.moved[Vote._meta.db_table])
        return removed

    def _demand_none_merged_into(self, paper: Paper) -> None:
        if merged := self.filter(merged_into=paper).order_by("pk").values_list("arxiv_id", flat=True).first():
            raise Conflict(f"{merged} was merged into this paper. Undo that first.")

    def _archive(self, paper: Paper, reason: str, **values) -> "RemovedPaper":
        removed = self.create(paper_key=paper.pk, arxiv_id=paper.arxiv_id, reason=reason, **values)
        for model, lookup in _tables():
            keys = model.objects.filter(**{lookup: paper.pk}).order_by().values("pk").query
            removed._archive(model, keys)
        return removed

    def forget_archives(self) -> None:
        """Delete what was archived more than RESTORABLE ago."""
        self.filter(removed_at__lt=timezone.now() - RESTORABLE).update(archive=None)


class RemovedPaper(models.Model):
    """A paper that moderators have removed, or merged into another one.

    `archive` has its row and all that were deleted with it, by tables; it is None when they cannot be restored any
    more. `moved` is what was moved to `merged_into` (see `papers.models.mergedpaper`).
    """

    arxiv_id = LineField("arXiv id", max_length=32, unique=True)
    paper_key = models.BigIntegerField()
    reason = LineField(max_length=200)
    removed_at = models.DateTimeField(default=timezone.now)
    archive = models.JSONField(null=True, default=dict)
    merged_into = models.ForeignKey(Paper, models.SET_NULL, related_name="merged", null=True)
    moved = models.JSONField(null=True)

    objects = RemovedPaperManager()

    class Meta:
        indexes = [
            models.Index(fields=["removed_at"], condition=Q(archive__isnull=False), name="removed_paper_archived")
        ]

    def __str__(self) -> str:
        return self.arxiv_id

    @transaction.atomic
    def restore(self, actor) -> None:
        """Bring the paper back with all that belongs to people who still have an account.

        After RESTORABLE it can only be imported or submitted anew. Raises NotAllowed for anybody but moderators, and
        Conflict if there is a paper with this id, or none any more that it was merged into.
        """
        RemovedPaper.objects.lock_removals()
        into = self._lock_target()
        demand_moderator(actor)
        if Paper.objects.filter(Q(arxiv_id=self.arxiv_id) | Q(pk=self.paper_key)).exists():
            raise Conflict("There is a paper with this id again.")
        with connection.cursor() as cursor:
            for model, _ in _tables():
                if not into or model not in mergedpaper.MOVED:
                    cursor.execute(_insertion(model), [self.pk])
                if model is Paper and into and cursor.rowcount:
                    mergedpaper.move_back(self.pk, self.moved, self.paper_key, into.pk)
            cursor.execute(_RETURN_ITEMS, [self.pk])
        self._bring_up_to_date()
        if into:
            mergedpaper.undo_corrections(actor, self.paper_key, self.removed_at)
            _recount(into.pk)
        self.delete()

    def _lock_target(self) -> Paper | None:
        """Lock the paper that this one was merged into, and return it; None if there is nothing to move back from it.

        Raises Conflict if it was deleted, with all that moved.
        """
        self.refresh_from_db(fields=["archive", "merged_into", "moved"])
        if not self.archive or not self.moved:
            return None
        if self.merged_into is None:
            raise Conflict("The paper that this one was merged into was deleted, so this can't be undone.")
        self.merged_into.lock()
        return self.merged_into

    def _archive(self, model, keys) -> None:
        """Add the rows of the model with these keys to the archive."""
        table, columns = model._meta.db_table, [field.column for field in model._meta.pk_fields]
        sql, params = keys.sql_with_params()
        with connection.cursor() as cursor:
            statement = _ARCHIVE.format(table=table, columns=", ".join(columns), keys=sql)
            cursor.execute(statement, [table, *params, self.pk])

    def _bring_up_to_date(self) -> None:
        """Set all counters and derived values anew: some of the people may have left meanwhile."""
        papers = Paper.objects.filter(pk=self.paper_key)
        left = Comment.objects.filter(paper=self.paper_key, author=None, source_id="")
        CommentRevision.objects.filter(comment__in=left).delete()
        left_keys = list(left.values_list("pk", flat=True))
        retracted_at = Coalesce("retracted_at", timezone.now())
        Comment.objects.touch(left_keys, retracted_at=retracted_at, mentioned=[], **vars(Content("")))
        Comment.objects.filter(paper=self.paper_key).update(vote_count=count_of(CommentVote.objects, "comment"))
        Affiliation.objects.refresh_organisation([self.paper_key])
        papers.update(picture="", picture_source="")
        _recount(self.paper_key)
        Day.objects.recount(list(papers.values_list("listed_on", flat=True)))
        for claim in AuthorClaim.objects.waiting().filter(paper=self.paper_key):
            authorship_claimed.send(AuthorClaim, claim=claim)


def _recount(pk: int) -> None:
    """Set the counters of this paper, which is locked, and of its collections."""
    Paper.objects.touch([pk], **vote_counters(), **artefact_counters())
    Comment.objects.mark_authors([pk])
    Item.objects.recount(Item.objects.lock_collections_of([pk]))


def _report_held_votes(paper: Paper, voters: list[int]) -> None:
    """Tell the apps above of the votes of these people (ids) that came to the paper and are under review."""
    if number := Vote.objects.in_review().filter(paper=paper, user__in=voters).count():
        votes_held.send(Vote, paper=paper, number=number, factors={})


def _insertion(model) -> str:
    """The statement that inserts the archived rows of a model.

    A row whose person, organisation or collection was deleted meanwhile is left out, or refers to nobody, as if it had
    been there when they were deleted.
    """
    restored = {table for table, _ in _tables()}
    columns, values, conditions = [], [], []
    for field in model._meta.concrete_fields:
        if field.generated:
            continue
        value, target = f"archived.{field.column}", field.related_model
        exists = target and f"EXISTS (SELECT FROM {target._meta.db_table} kept WHERE kept.id = {value})"
        if exists and target not in restored and field.remote_field.on_delete is models.CASCADE:
            conditions.append(f"({value} IS NULL OR {exists})")
        elif exists and target not in restored:
            value = f"CASE WHEN {exists} THEN {value} END"
        columns.append(field.column)
        values.append(value)
    return _INSERT.format(
        table=model._meta.db_table,
        columns=", ".join(columns),
        values=", ".join(values),
        condition=" AND ".join(conditions) or "true",
    )


_ARCHIVE = """
    UPDATE papers_removedpaper SET archive = archive || jsonb_build_object(%s::text, (
        SELECT coalesce(jsonb_agg(to_jsonb(archived)), '[]') FROM {table} archived WHERE ({columns}) IN ({keys})
    )) WHERE id = %s
"""
_INSERT = """
    INSERT INTO {table} ({columns}) SELECT {values}
    FROM papers_removedpaper removed,
        jsonb_populate_recordset(NULL::{table}, coalesce(removed.archive -> '{table}', '[]')) archived
    WHERE removed.id = %s AND {condition}
    ON CONFLICT DO NOTHING
"""
# Places of items that others have taken meanwhile: these papers come to the end of their collections.
_RETURN_ITEMS = """
    INSERT INTO papers_item (collection_id, paper_id, position, note, added_at, removed_at)
    SELECT archived.collection_id, archived.paper_id, lowest.position, archived.note, archived.added_at,
        archived.removed_at
    FROM papers_removedpaper removed,
        jsonb_populate_recordset(NULL::papers_item, coalesce(removed.archive -> 'papers_item', '[]')) archived
        CROSS JOIN LATERAL (
            SELECT min(position) - 1 AS position FROM papers_item WHERE collection_id = archived.collection_id
        ) lowest
    WHERE removed.id = %s AND lowest.position IS NOT NULL
    ON CONFLICT DO NOTHING
"""
