from django import forms

from lib.forms import LineField
from papers import identifiers


class SubmitForm(forms.Form):
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
