from django import forms

from lib.forms import LineField, RefusableForm, UrlLineField
from lib.widgets import MarkdownInput
from orgs.models import Organisation
from orgs.roles import SUGGEST, TAG, who_may
from papers import identifiers
from papers.ingest.submitting import Additions

# A browser's own field for addresses refuses those without https://, which are completed here.
_LINK = {
    "max_length": 500,
    "required": False,
    "assume_scheme": "https",
    "widget": forms.TextInput({"inputmode": "url"}),
}


class SubmitForm(RefusableForm):
    arxiv_id = LineField(
        label="arXiv id or address",
        max_length=identifiers.MAX_LENGTH,
        help_text="For example 2509.08721, hep-th/9901001 or https://arxiv.org/abs/2509.08721",
    )

    def clean_arxiv_id(self) -> str:
        try:
            return identifiers.parse(self.cleaned_data["arxiv_id"])[0]
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


class ListForm(RefusableForm):
    """What a submitter can add to a paper.

    A person chooses among the organisations to which they may suggest papers. For somebody who is signed out, there is
    the one that was chosen.
    """

    code_url = UrlLineField(label="Code", **_LINK)
    project_url = UrlLineField(label="Project page", **_LINK)
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(),
        required=False,
        to_field_name="slug",
        empty_label="None",
        help_text=f"One that you belong to. If you are not one of its {who_may(TAG)}, they decide on it.",
    )
    comment = forms.CharField(
        label="First comment",
        required=False,
        strip=False,  # spaces at the beginning make a block of code
        widget=MarkdownInput({"rows": 5}),
        help_text="For example why it is worth reading. Markdown, formulas as $x^2$, people as @name.",
    )

    def __init__(self, data=None, *, user):
        super().__init__(data)
        choices = Organisation.objects.allowing(user, SUGGEST).order_by("name")
        if not user.is_authenticated:
            choices = Organisation.objects.filter(slug=self.data.get("organisation", ""))
        if choices.exists():
            self.fields["organisation"].queryset = choices
        else:
            del self.fields["organisation"]

    @property
    def additions(self) -> Additions:
        return Additions(**self.cleaned_data)
