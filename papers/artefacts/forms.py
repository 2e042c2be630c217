from django import forms

from lib.forms import Refusable, UrlLineField
from papers.lengths import MAX_URL
from papers.models import ArtefactKind


class ArtefactForm(Refusable, forms.Form):
    kind = forms.ChoiceField(choices=ArtefactKind)
    url = UrlLineField(
        label="Address",
        assume_scheme="https",
        max_length=MAX_URL,
        widget=forms.TextInput({"inputmode": "url"}),
        help_text="For example https://huggingface.co/organisation/name. An address there says the kind by itself.",
    )
