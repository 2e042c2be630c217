from dataclasses import asdict

from django import forms

from lib.forms import LineField, Refusable
from lib.widgets import MarkdownInput
from papers.models import Content, Outcome
from papers.models.comment import Comment

_OUTCOMES = [
    (Outcome.WORKS, "It works as the paper says"),
    (Outcome.PARTLY, "It works in part"),
    (Outcome.FAILS, "It does not work"),
]


class CommentForm(Refusable, forms.Form):
    """A comment in Markdown. A `refusal` of the verb is shown as an error of the form, which keeps what was typed."""

    text = forms.CharField(
        label="Comment",
        strip=False,  # spaces at the beginning make a block of code
        widget=MarkdownInput({"rows": 5}, has_preview=False),  # which would move the buttons below it
        help_text="Markdown, formulas as $x^2$, people as @name.",
    )
    edit_count = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    now: Content | None = None

    @property
    def content(self) -> Content:
        values = {name: value for name, value in self.cleaned_data.items() if name != "edit_count"}
        return Content(**values)

    def renew(self, comment: Comment) -> None:
        """Keep what was typed, but let it replace the content that the comment has by now, which is shown beside it."""
        self.data = self.data.copy()
        self.data["edit_count"] = comment.edit_count
        self.now = comment.content

    @property
    def html_id(self) -> str:
        return self.auto_id % "form"

    @classmethod
    def of(cls, comment: Comment, data=None):
        """The form that edits this comment: of a report, if it is one."""
        form = ReportForm if comment.outcome else CommentForm
        return form(
            data,
            auto_id=f"id_edit{comment.pk}_%s",
            initial=asdict(comment.content) | {"edit_count": comment.edit_count},
        )


class ReportForm(CommentForm):
    """A report of who ran what the paper describes."""

    field_order = ["outcome", "ran", "hardware", "duration", "text"]

    outcome = forms.ChoiceField(label="What happened", choices=_OUTCOMES, widget=forms.RadioSelect)
    ran = LineField(label="What you ran", max_length=300, help_text="The repository, and the commit or release.")
    hardware = LineField(label="Hardware", max_length=200, required=False)
    duration = LineField(label="How long it took", max_length=100, required=False)

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["text"].label = "Result"
        self.fields["text"].required = False
