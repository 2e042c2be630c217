"""Decisions about what people and organisations show of themselves, and about people."""

from datetime import UTC, datetime, time, timedelta

from django import forms
from django.utils import timezone

from accounts import suspension
from lib.forms import DateInput
from moderation.decisions.decision import Decision, DecisionForm, register, subject_of


@register
class HoldCollection(Decision):
    key = "hold"
    title = "Make private"
    hint = "Only the owner can see it, and the owner cannot publish it again."
    kinds = ("collection",)
    past = "made {label} private"
    is_destructive = True

    def applies_to(self, row) -> bool:
        return not row.held_reason

    def carry_out(self, actor, row, values: dict) -> dict:
        return row.hold(actor, values["reason"])

    def undo(self, actor, action) -> None:
        subject_of(action).release(actor, action.data)


@register
class ClearTexts(Decision):
    key = "clear"
    title = "Clear page text"
    hint = "Empties the description, the website, the links and the announcement. Its draft is deleted."
    kinds = ("organisation",)
    past = "cleared the text on {label}"
    is_destructive = True

    def carry_out(self, actor, row, values: dict) -> dict:
        return {"texts": row.clear_texts(actor)}

    def undo(self, actor, action) -> None:
        subject_of(action).refill_texts(actor, action.data["texts"])


@register
class HideProfile(Decision):
    key = "hide-profile"
    title = "Hide profile"
    hint = "Hides the text, the links and the picture. The person cannot fill them in again."
    kinds = ("person",)
    past = "hid the profile text of {label}"
    past_for_owner = "hid your profile text"
    is_destructive = True

    def applies_to(self, row) -> bool:
        return not row.profile_hidden_reason

    def carry_out(self, actor, row, values: dict) -> dict:
        row.hide_profile(actor, values["reason"])
        return {}

    def undo(self, actor, action) -> None:
        subject_of(action).show_profile(actor)


class SuspendForm(DecisionForm):
    until = forms.DateField(
        label="Until the end of",
        required=False,
        widget=DateInput,
        help_text="A day in UTC. Leave it empty to suspend the account permanently.",
    )
    field_order = ["until", "reason"]

    def clean_until(self) -> datetime | None:
        """The end of the day."""
        day = self.cleaned_data["until"]
        end = day and datetime.combine(day + timedelta(days=1), time.min, UTC)
        if end and end <= timezone.now():
            raise forms.ValidationError("Enter a day that is not over yet.")
        return end


@register
class Suspend(Decision):
    key = "suspend"
    title = "Suspend account"
    hint = "The person is signed out and cannot sign in. Email digests stop. What they wrote stays."
    kinds = ("person",)
    past = "suspended {label}"
    form = SuspendForm
    is_destructive = True

    def applies_to(self, row) -> bool:
        return row.is_active

    def carry_out(self, actor, row, values: dict) -> dict:
        until = values["until"]
        row.suspend(actor, values["reason"], until)
        return {"until": until and until.isoformat()}

    def undo(self, actor, action) -> None:
        subject_of(action).reinstate(actor)

    def line(self, action) -> str:
        until = action.data["until"]
        return f"{super().line(action)} {suspension.length(until and datetime.fromisoformat(until))}"
