"""Deeds about papers and what is said of them."""

from django import forms

from lib.forms import LineField, UrlLineField
from lib.refusals import Gone
from moderation.deeds.deed import Deed, DeedForm, register, subject_of
from moderation.questions import Question
from papers import identifiers
from papers.models import Paper, RemovedPaper
from papers.models.links import LinkSource


@register
class HideComment(Deed):
    key = "hide"
    title = "Hide comment"
    hint = "Everybody reads your reason instead of the comment. Replies stay."
    kinds = ("comment",)
    past = "hid {label}"
    is_grave = True

    def suits(self, row) -> bool:
        return row.is_standing

    def carry_out(self, actor, row, values: dict) -> dict:
        row.hide(actor, values["reason"])
        return {}

    def undo(self, actor, action) -> None:
        subject_of(action).unhide(actor)


@register
class LockDiscussion(Deed):
    key = "lock"
    title = "Lock discussion"
    hint = "Nobody can comment, reply or edit any more. The page says your reason."
    kinds = ("paper",)
    past = "locked the discussion of {label}"
    notifies = False

    def suits(self, row) -> bool:
        return not row.locked_reason

    def carry_out(self, actor, row, values: dict) -> dict:
        row.lock_discussion(actor, values["reason"])
        return {}

    def undo(self, actor, action) -> None:
        subject_of(action).lock_discussion(actor, "")


class RelinkForm(DeedForm):
    """The links of a paper. An empty one is removed."""

    code_url = UrlLineField(label="Code", max_length=500, required=False, assume_scheme="https")
    project_url = UrlLineField(label="Project page", max_length=500, required=False, assume_scheme="https")
    field_order = ["code_url", "project_url", "reason"]


@register
class Relink(Deed):
    key = "relink"
    title = "Correct links"
    hint = "Change or remove the links to the code and the project page."
    kinds = ("paper",)
    past = "corrected the links of {label}"
    form = RelinkForm
    notifies = False

    def initial(self, row) -> dict:
        return {"code_url": row.code_url, "project_url": row.project_url}

    def carry_out(self, actor, row, values: dict) -> dict:
        former = self.initial(row) | {"code_source": row.code_source, "project_source": row.project_source}
        links = {"code_url": values["code_url"], "project_url": values["project_url"]}
        Paper.objects.relink(actor, row, **links, source=LinkSource.MODERATOR)
        return former

    def undo(self, actor, action) -> None:
        paper, former = subject_of(action), action.data
        Paper.objects.relink(actor, paper, code_url=former["code_url"], source=former["code_source"])
        Paper.objects.relink(actor, paper, project_url=former["project_url"], source=former["project_source"])


class MergeForm(DeedForm):
    into = LineField(
        label="Merge into", max_length=identifiers.MAX_LENGTH, help_text="The arXiv id of the paper that stays."
    )
    field_order = ["into", "reason"]

    def clean_into(self) -> Paper:
        """The paper with this id."""
        try:
            arxiv_id, _ = identifiers.parse(self.cleaned_data["into"])
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None
        if paper := Paper.objects.filter(arxiv_id=arxiv_id).first():
            return paper
        raise forms.ValidationError("There is no paper with this id.")


@register
class MergePaper(Deed):
    key = "merge"
    title = "Merge into another paper"
    hint = "Its upvotes, bookmarks, comments and followers move to the other paper, to which its address leads."
    kinds = ("paper",)
    form = MergeForm
    questions = tuple(Question)
    reopens = (Question.VOTES,)
    is_grave = True

    def prepare(self) -> None:
        RemovedPaper.objects.lock_imports()

    def lock(self, row, values: dict) -> None:
        Paper.objects.filter(pk__in=[row.pk, values["into"].pk]).lock()
        row.lock()

    def carry_out(self, actor, row, values: dict) -> dict:
        removed = RemovedPaper.objects.merge(actor, row, values["into"], values["reason"])
        return {"removed": removed.pk, "into": values["into"].arxiv_id}

    def undo(self, actor, action) -> None:
        _restore(actor, action)

    def line(self, action) -> str:
        return f"merged {action.label} into {action.data['into']}"


@register
class RemovePaper(Deed):
    key = "remove"
    title = "Remove paper"
    hint = (
        "Its page says that it was removed and why. It leaves all lists, feeds and the search. Restorable for 30 days."
    )
    kinds = ("paper",)
    past = "removed {label}"
    questions = tuple(Question)
    reopens = (Question.VOTES,)
    is_grave = True

    def prepare(self) -> None:
        RemovedPaper.objects.lock_imports()

    def carry_out(self, actor, row, values: dict) -> dict:
        return {"removed": RemovedPaper.objects.remove(actor, row, values["reason"]).pk}

    def undo(self, actor, action) -> None:
        _restore(actor, action)


def _restore(actor, action) -> None:
    removed = RemovedPaper.objects.filter(pk=action.data["removed"]).first()
    if removed is None:
        raise Gone("This paper was restored already.")
    removed.restore(actor)
