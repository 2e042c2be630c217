from django import forms

from lib.forms import PictureField
from lib.images import LOGO
from orgs.models import Organisation


class OrganisationForm(forms.ModelForm):
    logo = PictureField(LOGO)
    website = forms.URLField(required=False, assume_scheme="https", help_text="For example https://example.org")

    class Meta:
        model = Organisation
        fields = ["name", "website", "description", "logo"]
