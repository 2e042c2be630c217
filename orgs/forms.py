from django import forms

from lib.images import square_webp
from orgs.models import Organisation


class OrganisationForm(forms.ModelForm):
    website = forms.URLField(required=False, assume_scheme="https", help_text="For example https://example.org")

    class Meta:
        model = Organisation
        fields = ["name", "website", "description", "logo"]
        widgets = {"logo": forms.ClearableFileInput({"accept": "image/png,image/jpeg,image/webp,image/gif,image/avif"})}
        help_texts = {"logo": "PNG, JPEG, WebP, GIF or AVIF, at most 5 MB."}

    def clean_logo(self):
        logo = self.cleaned_data["logo"]
        if logo and "logo" in self.changed_data:
            return square_webp(logo)
        return logo
