"""Comments on papers, and reports of readers who ran what a paper describes."""

from dataclasses import asdict
from datetime import timedelta
from functools import cache

from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import Count, F, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.moderators import demand_moderator
from lib import locks
from lib.fields import LineField, UrlLineField
from lib.markup import MAX_MENTIONS, mentions
from lib.refusals import BadInput, Conflict, Gone, NotAllowed
from papers.models.commentqueryset import CommentQuerySet
from papers.models.commentrevision import CommentRevision
from papers.models.content import Content, ContentFields, Outcome
from papers.models.paper import Paper
from papers.ranking import WilsonBound
from papers.signals import comment_posted, people_mentioned

ALL = Count("*")
LISTED = Q(retracted_at=None, hidden_at=None, author__isnull=False)  # among the newest comments of the site
REPEAT_AFTER = timedelta(days=1)  # until which the same text is refused elsewhere, …
MAX_COMMONPLACE = 40  # … unless it is no longer than this, in characters, as “Thank you!” is


class CommentManager(models.Manager.from_queryset(CommentQuerySet)):
    """Verbs lock the person and then the paper, so that counters are right, and what is sent twice is posted once."""

    @transaction.atomic
    def post(self, actor, paper: Paper, content: Content, parent: "Comment | None" = None) -> "Comment":
        """Write a comment on the paper, or an answer to `parent`, and return it.

        The same text again within REPEAT_AFTER returns the first comment. A report replaces the one that the actor has
        written on this paper before. Raises BadInput, Conflict if the parent was retracted or hidden, NotAllowed if
        the discussion is locked, and Gone if the paper was deleted.
        """
        actor.lock()
        paper.lock()
        paper.demand_open_discussion()
        if content.outcome and (report := self.report_of(actor, paper)):
            report.edit(actor, content, report.edit_count)
            return report
        same = self.same_as(actor, content).annotate(is_here=Q(paper=paper, parent=parent))
        if (found := same.order_by("is_here", "pk").last()) and found.is_here:
            return found
        content.check(actor)
        _refuse_repetition(content, found)
        if parent:
            parent.answer()
        comment = self.create(
            paper=paper,
            author=actor,
            parent=parent,
            depth=parent.depth + 1 if parent else 0,
            by_author=paper.author_claims.granted_to(actor).exists(),
            **asdict(content),
        )
        self.recount([paper.pk], with_reports=bool(content.outcome))
        comment_posted.send(Comment, comment=comment)
        comment.mention(actor)
        return comment

    def recount(self, papers, *, with_reports: bool = True) -> None:
        """Set the counters of the papers with these ids, which are locked, to what their comments say.

        `with_reports`: those of reports, too, which takes PostgreSQL and Django twice as long.
        """
        counters = paper_counters()
        names = counters if with_reports else ("comment_count", "commenter_count")
        Paper.objects.touch(papers, **{name: counters[name] for name in names})

    def mark_authors(self, papers) -> None:
        """Mark what authors have written on the papers with these ids, which are locked, and nothing else."""
        rows = self.filter(paper__in=papers)
        granted = rows.filter(paper__author_claims__state="granted", paper__author_claims__user=F("author"))
        by_authors = set(granted.values_list("pk", flat=True))
        marked = set(rows.filter(by_author=True).values_list("pk", flat=True))
        self.touch(by_authors - marked, by_author=True)
        self.touch(marked - by_authors, by_author=False)
        self.recount(papers)

    @transaction.atomic
    def retract_all(self, user) -> None:
        """Retract all comments of a user who leaves, and delete their texts, earlier ones, too.

        The papers and comments are locked already.
        """
        own = self.filter(author=user)
        papers = list(own.order_by().values_list("paper", flat=True).distinct())
        CommentRevision.objects.filter(comment__in=own).delete()
        own.filter(retracted_at=None).update(retracted_at=timezone.now())
        pks = list(own.values_list("pk", flat=True))
        self.touch(pks, author=None, by_author=False, mentioned=[], **asdict(Content("")))
        self.recount(papers)

    def same_as(self, actor, content: Content):
        """The comments with the same content that the person has posted within REPEAT_AFTER."""
        recent = self.standing().filter(author=actor, created_at__gt=timezone.now() - REPEAT_AFTER)
        return recent.filter(**asdict(content))

    def report_of(self, actor, paper) -> "Comment | None":
        """The report that this person has written on the paper, if there is one."""
        return self.filter(author=actor, paper=paper, retracted_at=None).exclude(outcome="").first()


class Comment(ContentFields):
    """A comment on a paper, or an answer to another comment, to any depth.

    * `author` is None for an imported comment, which has a `source_name` instead, and after its author left.
    * `by_author`: its author has claimed to be one of the paper's authors (`papers.models.authorclaim`).
    * `mentioned`: the user names of people whom the text, or an earlier one, names as `@name`; at most MAX_MENTIONS.
    * `reply_count`: the number of its direct answers, retracted and hidden ones among them.
    * `revision` grows with everything that is shown of it; `edit_count` with its text.
    * `score` sorts by best: the Wilson bound of its upvotes (`papers.ranking`).
    * `source_id` is its id at the site from which it was imported, `source_url` its author's page there. It is one of
      the paper's `imported_comments`, so the counters here leave it out. It is retracted, and its text deleted, when
      the source hides it or does not have it any more.
    """

    paper = models.ForeignKey("papers.Paper", models.CASCADE, related_name="comments", db_index=False)
    author = models.ForeignKey("accounts.User", models.SET_NULL, related_name="comments", null=True, db_index=False)
    parent = models.ForeignKey("self", models.CASCADE, related_name="replies", null=True)
    depth = models.PositiveSmallIntegerField(default=0)
    by_author = models.BooleanField(default=False)
    mentioned = ArrayField(models.CharField(max_length=39), default=list)
    created_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True)
    retracted_at = models.DateTimeField(null=True)
    hidden_at = models.DateTimeField(null=True)
    hidden_reason = LineField(max_length=200, blank=True)
    reply_count = models.PositiveIntegerField(default=0)
    vote_count = models.PositiveIntegerField(default=0)
    edit_count = models.PositiveIntegerField(default=0)
    revision = models.PositiveIntegerField(default=0)
    source_id = models.CharField(max_length=64, blank=True)
    source_name = LineField(max_length=120, blank=True)
    source_url = UrlLineField(max_length=300, blank=True)
    score = models.GeneratedField(
        expression=WilsonBound("vote_count"), output_field=models.FloatField(), db_persist=True
    )

    objects = CommentManager()

    class Meta:
        indexes = [
            models.Index(fields=["paper", "parent", "score", "id"], name="comment_of_paper"),
            models.Index(fields=["author", "id"], name="comment_of_author"),
            models.Index(fields=["id"], condition=LISTED, name="comment_newest"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["paper", "author"],
                condition=~Q(outcome="") & Q(retracted_at=None),
                name="comment_one_report_a_person",
            ),
            models.CheckConstraint(condition=Q(author=None) | Q(source_id=""), name="comment_written_here_or_imported"),
            models.UniqueConstraint(
                fields=["paper", "source_id"], condition=~Q(source_id=""), name="comment_imported_once"
            ),
            models.CheckConstraint(condition=Q(outcome__in=["", *Outcome.values]), name="comment_outcome_known"),
        ]

    def __str__(self) -> str:
        return f"Comment {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("papers:comment", args=[self.pk])

    @property
    def author_name(self) -> str:
        """The name that everybody reads, here or at the source; "" if the account is deactivated or deleted."""
        return self.source_name or (str(self.author) if self.author and self.author.is_active else "")

    @property
    def is_standing(self) -> bool:
        return self.retracted_at is None and self.hidden_at is None

    @transaction.atomic
    def edit(self, actor, content: Content, edit_count: int) -> None:
        """Replace the content, and keep the former one in the history.

        Raises NotAllowed for anybody but the author and in a locked discussion, BadInput, Gone if it is retracted or
        hidden, and Conflict if it was edited since `edit_count`, the one that the form was made from.
        """
        paper = self.paper
        actor.lock()
        self.lock()
        self._demand_author(actor)
        paper.demand_open_discussion()
        if content == self.content:
            return
        if edit_count != self.edit_count:
            raise Conflict("This comment was edited in another window. Compare both versions, then save again.")
        content.check(actor)
        _refuse_repetition(content, Comment.objects.same_as(actor, content).exclude(pk=self.pk).first())
        now, is_other_outcome = timezone.now(), content.outcome != self.outcome
        self.revisions.create(written_at=self.edited_at or self.created_at, replaced_at=now, **asdict(self.content))
        self._change(edited_at=now, edit_count=F("edit_count") + 1, **asdict(content))
        if is_other_outcome:
            Comment.objects.recount([self.paper_id])
        self.mention(actor)

    @transaction.atomic
    def retract(self, actor) -> None:
        """Take the comment back: its text is gone from all pages, its answers stay. Doing it again changes nothing.

        Raises NotAllowed for anybody but the author.
        """
        actor.lock()
        self.lock()
        if self.author_id != actor.pk:
            raise NotAllowed("You can only delete your own comments.")
        if self.retracted_at is None:
            self._change(retracted_at=timezone.now())
            Comment.objects.recount([self.paper_id])

    @transaction.atomic
    def hide(self, actor, reason: str) -> None:
        """Hide the text from everybody but moderators, for a reason that everybody reads. Raises NotAllowed."""
        self.lock()
        demand_moderator(actor)
        if self.hidden_at is None:
            self._change(hidden_at=timezone.now(), hidden_reason=reason)
            Comment.objects.recount([self.paper_id])

    @transaction.atomic
    def unhide(self, actor) -> None:
        """Show the text again. Raises NotAllowed for anybody but moderators."""
        self.lock()
        demand_moderator(actor)
        self._change(hidden_at=None, hidden_reason="")
        Comment.objects.recount([self.paper_id])

    def lock(self) -> None:
        """Lock the paper and this row until the transaction ends, and read the row anew. Raises Gone."""
        self.paper.lock()
        locks.lock_row(self, "This comment no longer exists.")

    def answer(self) -> None:
        """Count one more answer. Raises Conflict if the comment was retracted or hidden; the paper is locked."""
        if not Comment.objects.standing().touch([self.pk], reply_count=F("reply_count") + 1):
            raise Conflict("This comment was deleted or hidden, so you can't reply to it.")

    def mention(self, actor) -> None:
        """Find out whom the text names, keep their names, and let those know who were not named before."""
        people = User.objects.named(mentions(self.text)).exclude(pk=actor.pk).exclude(username__in=self.mentioned)
        if new := list(people.order_by("username")[: MAX_MENTIONS - len(self.mentioned)]):
            self._change(mentioned=[*self.mentioned, *(user.username for user in new)])
            people_mentioned.send(Comment, comment=self, people=[user.pk for user in new])

    def _change(self, **values) -> None:
        Comment.objects.touch([self.pk], **values)
        self.refresh_from_db(fields=[*values, "revision"])

    def _demand_author(self, actor) -> None:
        if self.author_id != actor.pk:
            raise NotAllowed("You can only edit your own comments.")
        if not self.is_standing:
            raise Gone("This comment was deleted or hidden, so it can't be edited.")


def _refuse_repetition(content: Content, same: Comment | None) -> None:
    """Raises BadInput if the same was posted elsewhere, unless it is a commonplace."""
    if same and len(content.text) > MAX_COMMONPLACE:
        raise BadInput(f"You have posted the same text today, on “{same.paper}”. Write about this paper.")


def _count(counted: Count = ALL, **conditions):
    """The number of the comments of a paper that stand, were written here, and meet these conditions."""
    comments = Comment.objects.local().standing().filter(paper=OuterRef("pk"), **conditions)
    counts = comments.order_by().values("paper").annotate(n=counted)
    return Coalesce(Subquery(counts.values("n"), output_field=IntegerField()), 0)


@cache
def paper_counters() -> dict:
    """The counters of a paper by their columns, as expressions.

    What its own authors say makes a paper neither more discussed nor better reproduced.
    """
    return {
        "comment_count": F("imported_comments") + _count(),
        "commenter_count": _count(Count("author", distinct=True), by_author=False),
        **{f"{outcome}_count": _count(outcome=outcome, by_author=False) for outcome in Outcome},
    }
