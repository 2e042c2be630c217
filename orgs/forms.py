from django import forms

from lib.images import TYPES, small_webp
from orgs.models import Organisation


class OrganisationForm(forms.ModelForm):
    # Not an ImageField, which would open the upload before `small_webp` has weighed it.
    logo = forms.FileField(
        required=False,
        widget=forms.ClearableFileInput({"accept": ",".join(TYPES)}),
        help_text="PNG, JPEG, WebP, GIF or AVIF, at most 5 MB.",
    )
    website = forms.URLField(required=False, assume_scheme="https", help_text="For example https://example.org")

    class Meta:
        model = Organisation
        fields = ["name", "website", "description", "logo"]

    def clean_logo(self):
        logo = self.cleaned_data["logo"]
        if logo and "logo" in self.changed_data:
            return small_webp(logo)
        return logo
