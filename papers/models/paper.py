from functools import cache

from django.contrib.postgres.fields import ArrayField
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.models import F, Func, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from accounts.moderators import demand_moderator
from lib import locks
from lib.fields import LineField, UrlLineField
from lib.refusals import BadInput, NotAllowed
from lib.tex import plain
from papers import identifiers
from papers.lengths import MAX_URL
from papers.models.links import MAX_LICENCE, WITH_CODE, CodeState, LinkSource
from papers.models.paperqueryset import REPORTED, PaperQuerySet
from papers.models.reproduction import Reproduction
from papers.models.row import cache_key
from papers.ranking import DISCUSSION, HOT


class UtcDate(Func):
    template = "((%(expressions)s) AT TIME ZONE 'UTC')::date"


@cache
def _path_of_papers() -> str:
    """What the paths of all papers' pages begin with."""
    return reverse("papers:paper", args=["0704.0001"]).removesuffix("0704.0001")


class Paper(models.Model):
    """A research paper as the site lists it.

    `vote_count` = `imported_votes` + the number of Vote rows that count, `held_count` = that of those under review, and
    `comment_count` = `imported_comments` + the number of comments that stand here, always. `commenter_count` and the
    counts of reports leave the paper's own authors out (see `papers.models.comment.paper_counters`). `discussion` is
    what Discussed sorts by, and a term of `hot`. `organisation` is the one that its row shows: of those whose paper it
    is (see Affiliation) the first accepted.
    `revision` grows with every change that a row of a list can show; `changed_at` is when its text last did.
    `keywords_corrected`: an author has corrected the keywords, which imports leave alone. `locked_reason`: why
    moderators have locked its discussion; "" if it is open. `withdrawn_at`: when we learned that it was.
    `code_licence` is the SPDX id of its repository's licence, and `code_checked_at` when the worker last requested the
    repository. `media_urls` are the addresses of pictures and videos at the paper's source, of
    which only the worker requests one; `picture` is the file of the one that is shown, and `picture_source` the address
    that was tried last, whether or not it had one. `model_count`, `dataset_count` and `demo_count` are the numbers of
    its artefacts. `hot` and `listed_on` are computed by the database; days are UTC days. A paper that is not
    `is_listed` came to the site at `listed_at`, but is on no day's list; with a `due_on`, it will be on the list of
    that day. `note` is what a collection says of it (`collected_in`).
    """

    note = ""

    arxiv_id = LineField("arXiv id", max_length=32, unique=True)
    version = models.PositiveSmallIntegerField(default=1)
    title = LineField(max_length=500)
    abstract = models.TextField(blank=True)
    author_count = models.PositiveIntegerField(default=0)
    categories = ArrayField(LineField(max_length=40), default=list, blank=True)
    keywords = ArrayField(LineField(max_length=120), default=list, blank=True)
    organisation = models.ForeignKey("orgs.Organisation", models.SET_NULL, related_name="papers", null=True, blank=True)
    code_url = UrlLineField(max_length=MAX_URL, blank=True)
    code_source = models.CharField(max_length=9, choices=LinkSource, default=LinkSource.IMPORT)
    code_state = models.CharField(max_length=8, choices=CodeState, default=CodeState.UNKNOWN)
    code_stars = models.PositiveIntegerField(null=True, blank=True)
    code_licence = LineField(max_length=MAX_LICENCE, blank=True)
    code_checked_at = models.DateTimeField(null=True, blank=True)
    project_url = UrlLineField(max_length=MAX_URL, blank=True)
    project_source = models.CharField(max_length=9, choices=LinkSource, default=LinkSource.IMPORT)
    media_urls = ArrayField(UrlLineField(max_length=MAX_URL), default=list, blank=True)
    picture = LineField(max_length=100, blank=True)
    picture_source = UrlLineField(max_length=MAX_URL, blank=True)
    published_at = models.DateTimeField()
    listed_at = models.DateTimeField(default=timezone.now)
    is_listed = models.BooleanField(default=True)
    due_on = models.DateField(null=True, blank=True)
    submitted_by = models.ForeignKey(
        "accounts.User", models.SET_NULL, related_name="submitted_papers", null=True, blank=True
    )
    imported_votes = models.PositiveIntegerField(default=0)
    vote_count = models.PositiveIntegerField(default=0)
    held_count = models.PositiveIntegerField(default=0)
    imported_comments = models.PositiveIntegerField(default=0)
    comment_count = models.PositiveIntegerField(default=0)
    commenter_count = models.PositiveIntegerField(default=0)
    works_count = models.PositiveIntegerField(default=0)
    partly_count = models.PositiveIntegerField(default=0)
    fails_count = models.PositiveIntegerField(default=0)
    model_count = models.PositiveIntegerField(default=0)
    dataset_count = models.PositiveIntegerField(default=0)
    demo_count = models.PositiveIntegerField(default=0)
    keywords_corrected = models.BooleanField(default=False)
    revision = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    locked_reason = LineField(max_length=200, blank=True)
    listed_on = models.GeneratedField(
        expression=UtcDate("listed_at"),
        output_field=models.DateField(),
        db_persist=True,
    )
    discussion = models.GeneratedField(expression=DISCUSSION, output_field=models.IntegerField(), db_persist=True)
    hot = models.GeneratedField(expression=HOT, output_field=models.FloatField(), db_persist=True)

    objects = PaperQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["listed_on"], include=["id", "changed_at", "is_listed"], name="paper_listed_on"),
            models.Index(fields=["due_on"], condition=Q(due_on__isnull=False), name="paper_due"),
            models.Index(fields=["listed_at", "id"], include=["hot"], name="paper_newest"),
            models.Index(fields=["hot", "id"], include=["listed_at"], name="paper_hot"),
            models.Index(fields=["vote_count", "listed_at", "id"], name="paper_votes"),
            models.Index(fields=["discussion", "listed_at", "id"], name="paper_discussed"),
            models.Index(fields=["listed_at", "id"], condition=WITH_CODE, name="paper_with_code"),
            models.Index(
                fields=["listed_at", "id"],
                include=["works_count", "partly_count", "fails_count"],
                condition=REPORTED,
                name="paper_reported",
            ),
            models.Index(fields=["listed_at", "id"], condition=Q(model_count__gt=0), name="paper_with_models"),
            models.Index(fields=["listed_at", "id"], condition=Q(dataset_count__gt=0), name="paper_with_datasets"),
            models.Index(fields=["listed_at", "id"], condition=Q(demo_count__gt=0), name="paper_with_demos"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(vote_count__gte=F("imported_votes")), name="paper_votes_include_imported"
            ),
            models.CheckConstraint(
                condition=Q(comment_count__gte=F("imported_comments")), name="paper_comments_include_imported"
            ),
            models.CheckConstraint(
                condition=Q(code_source__in=LinkSource.values, project_source__in=LinkSource.values),
                name="paper_link_sources_known",
            ),
            models.CheckConstraint(
                condition=Q(code_state="unknown") | Q(code_state__in=CodeState.values) & ~Q(code_url=""),
                name="paper_code_state_of_a_link",
            ),
            models.CheckConstraint(condition=Q(due_on=None) | Q(is_listed=False), name="paper_due_is_not_listed"),
        ]

    def __str__(self) -> str:
        return self.plain_title

    def get_absolute_url(self) -> str:
        return self.path

    @cached_property
    def path(self) -> str:
        """The path of its page, under which are those of its verbs, such as `/vote` and `/vote/withdraw`."""
        return _path_of_papers() + self.arxiv_id

    @property
    def plain_title(self) -> str:
        """The title in one line without TeX; the arXiv id if that is empty."""
        return plain(self.title) or self.arxiv_id

    def lock(self) -> None:
        """Lock this row until the transaction ends, and read it anew. Raises Gone if the paper was deleted."""
        locks.lock_row(self, "This paper no longer exists.")

    @transaction.atomic
    def lock_discussion(self, actor, reason: str) -> None:
        """Let nobody comment, reply or edit, for a reason that everybody reads.

        Raises NotAllowed for anybody but moderators, and BadInput without a reason.
        """
        if not reason:
            raise BadInput("Write a reason.")
        self._set_locked_reason(actor, reason)

    @transaction.atomic
    def unlock_discussion(self, actor) -> None:
        """Open the discussion again. Raises NotAllowed for anybody but moderators."""
        self._set_locked_reason(actor, "")

    def _set_locked_reason(self, actor, reason: str) -> None:
        self.lock()
        demand_moderator(actor)
        Paper.objects.touch([self.pk], locked_reason=reason)
        self.locked_reason = reason

    def demand_open_discussion(self) -> None:
        """Raises NotAllowed if moderators have locked the discussion."""
        if self.locked_reason:
            raise NotAllowed(f"Moderators have locked this discussion: {self.locked_reason}")

    def author_names(self) -> list[str]:
        """The names of all authors, in their order."""
        return list(self.authors.order_by("position").values_list("name", flat=True))

    def delete(self):
        """Delete this paper as `PaperQuerySet.delete` does, so that its collections and its day are counted anew."""
        return Paper.objects.filter(pk=self.pk).delete()

    @property
    def arxiv_url(self) -> str:
        return identifiers.arxiv_url(self.arxiv_id)

    @property
    def doi(self) -> str:
        return identifiers.doi(self.arxiv_id)

    @property
    def pdf_url(self) -> str:
        return identifiers.pdf_url(self.arxiv_id)

    @cached_property
    def picture_url(self) -> str:
        return default_storage.url(self.picture)

    @property
    def cache_key(self) -> str:
        return cache_key(self.pk, self.revision, self.organisation and self.organisation.updated_at)

    @property
    def reproduction(self) -> Reproduction:
        return Reproduction(self.works_count, self.partly_count, self.fails_count)

    @property
    def code_name(self) -> str:
        """What its code link is called, which says if the repository is archived, empty or gone."""
        return CodeState(self.code_state).name_of_link

    @property
    def topics(self) -> list[str]:
        return self.categories + self.keywords
