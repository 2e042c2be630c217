"""What readers mark papers and comments with, such as votes. A mark is at most one row per user and target."""

from collections.abc import Callable
from functools import cache

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Value


class MarkManager(models.Manager):
    def make(self, user, target, network: str = "") -> bool:
        """Mark the target. False if the user has marked it already. Raises NotAllowed for an inactive account.

        `network` is the range of addresses that the request came from, which some kinds of marks need.
        """
        user.demand_active()
        return self.get_or_create(user=user, **{self.model.target: target}, defaults=self.values_of(target))[1]

    def values_of(self, target) -> dict:
        """The other values of a new mark of this target."""
        return {}

    def unmake(self, user, target) -> bool:
        """Remove the mark. False if the user has not marked the target."""
        return bool(self.filter(user=user, **{self.model.target: target}).delete()[0])

    def exists_for(self, viewer) -> Exists | Value:
        """Whether the viewer has marked a target, as a column of the target."""
        if not viewer.is_authenticated:
            return Value(False)
        return Exists(self.filter(user=viewer, **{self.model.target: OuterRef("pk")}))

    def bits(self) -> dict[str, Callable[[str], str]]:
        """The bits of a paper that come from marks of this kind, each with its condition (`papers.models.bits`)."""
        return {self.model.bit: self.exists_sql}

    def exists_sql(self, viewer: str) -> str:
        """The condition of `exists_for` for statements that are written by hand.

        `viewer` is the placeholder of the viewer's id. If that is NULL, the condition does not hold.
        """
        table, target = self.model._meta.db_table, self.model._meta.get_field(self.model.target)
        marked = f"{target.column} = {target.related_model._meta.db_table}.id"
        return f"EXISTS (SELECT FROM {table} WHERE user_id = {viewer} AND {marked})"


class Mark(models.Model):
    """A kind of mark is a subclass. `target` is the name of its field that refers to what is marked."""

    target: str

    created_at = models.DateTimeField(auto_now_add=True)

    objects = MarkManager()

    class Meta:
        abstract = True


class PaperMark(Mark):
    """A kind of mark of papers also has

    * `bit`: the attribute of a paper that says whether the viewer has marked it;
    * `takeout_name`: the name of its file in the export of everything that a person has, and `takeout_columns`: the
      columns that it has besides the paper and the time;
    * `control`: the name of its address, and of its button in `papers/lists/_card.html`;
    * `undo`: the verb in the address that removes it;
    * `verb`: what a reader does to a paper by making it, for the sign-in page;
    * `confirmation`: the message for a reader without JavaScript, with the paper's title, if the page does not show it.
    """

    target = "paper"
    bit: str
    takeout_name: str
    takeout_columns: tuple[str, ...] = ()
    control: str
    undo: str
    verb: str
    confirmation: str = ""

    pk = models.CompositePrimaryKey("user", "paper")

    class Meta:
        abstract = True

    @classmethod
    def remark(cls, paper) -> str:
        """What a reader who has just marked this paper has to know besides, or ""."""
        return ""


@cache
def marks() -> list[type[PaperMark]]:
    """All kinds of marks of papers. The bits of a row, its cache key, the addresses and the export follow from them."""
    return [model for model in apps.get_app_config("papers").get_models() if issubclass(model, PaperMark)]
