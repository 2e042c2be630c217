"""Decisions about papers and what is said of them."""

import json

from django import forms

from lib.conflicts import digests, merge, read
from lib.forms import LineField, UrlLineField
from lib.refusals import Conflict, Gone
from moderation.decisions.decision import Decision, DecisionForm, register, subject_of
from moderation.questions import Question
from papers import identifiers
from papers.models import Paper, RemovedPaper
from papers.models.correction import LINKS, source_field
from papers.models.links import LinkSource


@register
class HideComment(Decision):
    key = "hide"
    title = "Hide comment"
    hint = "Everybody reads your reason instead of the comment. Replies stay."
    kinds = ("comment",)
    past = "hid {label}"
    is_destructive = True

    def applies_to(self, row) -> bool:
        return row.is_standing

    def carry_out(self, actor, row, values: dict) -> dict:
        row.hide(actor, values["reason"])
        return {}

    def undo(self, actor, action) -> None:
        subject_of(action).unhide(actor)


@register
class LockDiscussion(Decision):
    key = "lock"
    title = "Lock discussion"
    hint = "Nobody can comment, reply or edit any more. The page says your reason."
    kinds = ("paper",)
    past = "locked the discussion of {label}"
    notifies = False

    def applies_to(self, row) -> bool:
        return not row.locked_reason

    def carry_out(self, actor, row, values: dict) -> dict:
        row.lock_discussion(actor, values["reason"])
        return {}

    def undo(self, actor, action) -> None:
        subject_of(action).unlock_discussion(actor)


class RelinkForm(DecisionForm):
    """The links of a paper. An empty one is removed. `base` has the digests of those that the form began with."""

    code_url = UrlLineField(label="Code", max_length=500, required=False, assume_scheme="https")
    project_url = UrlLineField(label="Project page", max_length=500, required=False, assume_scheme="https")
    base = forms.CharField(widget=forms.HiddenInput, required=False)
    field_order = ["code_url", "project_url", "reason"]

    def clean_base(self) -> dict[str, str]:
        return read(self.cleaned_data["base"])


@register
class Relink(Decision):
    key = "relink"
    title = "Correct links"
    hint = "Change or remove the links to the code and the project page."
    kinds = ("paper",)
    past = "corrected the links of {label}"
    form = RelinkForm
    notifies = False

    def initial(self, row) -> dict:
        stored = {name: getattr(row, name) for name in LINKS}
        return stored | {"base": json.dumps(digests(stored))}

    def carry_out(self, actor, row, values: dict) -> dict:
        stored = {name: getattr(row, name) for name in LINKS}
        sources = {name: getattr(row, source_field(name)) for name in LINKS}
        changed, conflicts, _ = merge({name: values[name] for name in LINKS}, stored, values["base"])
        if conflicts:
            raise Conflict("Somebody else has changed this link meanwhile. Look at it again before you decide.")
        if not any(changed[name] != stored[name] for name in changed):
            raise Conflict("There is nothing to do: the links are what you entered.")
        Paper.objects.relink(actor, row, **changed, source=LinkSource.MODERATOR)
        return {"links": {name: [stored[name], sources[name]] for name in changed}}

    def undo(self, actor, action) -> None:
        paper = subject_of(action)
        for name, (url, source) in action.data["links"].items():
            Paper.objects.relink(actor, paper, **{name: url}, source=LinkSource(source))


class MergeForm(DecisionForm):
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


class _Removal(Decision):
    """A decision that takes a paper away, which undoing restores."""

    kinds = ("paper",)
    questions = tuple(Question)
    reopens = (Question.FLAGS, Question.ANSWER, Question.VOTES)
    is_destructive = True

    def prepare(self) -> None:
        RemovedPaper.objects.lock_removals()

    def undo(self, actor, action) -> None:
        removed = RemovedPaper.objects.filter(pk=action.data["removed"]).first()
        if removed is None:
            raise Gone("This paper was restored already.")
        removed.restore(actor)


@register
class MergePaper(_Removal):
    key = "merge"
    title = "Merge into another paper"
    hint = (
        "Its upvotes, bookmarks, comments, followers and claims of authorship move to the other paper, and its address "
        "redirects there."
    )
    form = MergeForm

    def lock(self, row, values: dict) -> None:
        Paper.objects.filter(pk__in=[row.pk, values["into"].pk]).lock()
        row.lock()

    def carry_out(self, actor, row, values: dict) -> dict:
        removed = RemovedPaper.objects.merge(actor, row, values["into"], values["reason"])
        return {"removed": removed.pk, "into": values["into"].arxiv_id}

    def line(self, action) -> str:
        return f"merged {action.label} into {action.data['into']}"


@register
class RemovePaper(_Removal):
    key = "remove"
    title = "Remove paper"
    hint = (
        "Its page says that it was removed and why. It disappears from lists, feeds and search. "
        "You can restore it for 30 days."
    )
    past = "removed {label}"

    def carry_out(self, actor, row, values: dict) -> dict:
        return {"removed": RemovedPaper.objects.remove(actor, row, values["reason"]).pk}
