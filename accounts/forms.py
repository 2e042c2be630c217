from django import forms
from django.db import transaction

from accounts.models import User
from lib.forms import LinksField
from lib.images import TYPES, small_webp


class ProfileForm(forms.ModelForm):
    links = LinksField()
    # Not an ImageField, which would open the upload before `small_webp` has weighed it.
    portrait = forms.FileField(
        label="Picture",
        required=False,
        widget=forms.ClearableFileInput({"accept": ",".join(TYPES)}),
        help_text="PNG, JPEG, WebP, GIF or AVIF, at most 5 MB.",
    )

    class Meta:
        model = User
        fields = [
            "name",
            "about",
            "links",
            "portrait",
            "shows_submissions",
            "shows_votes",
            "shows_collections",
            "shows_memberships",
        ]
        widgets = {"about": forms.Textarea({"rows": 5})}

    def clean_portrait(self):
        portrait = self.cleaned_data["portrait"]
        if portrait and "portrait" in self.changed_data:
            return small_webp(portrait)
        return portrait

    def save(self) -> User:
        """A picture that is replaced or removed is gone."""
        before = self.initial["portrait"]
        if before and "portrait" in self.changed_data:
            transaction.on_commit(lambda: before.storage.delete(before.name))
        return super().save()

    def shown(self) -> list[forms.BoundField]:
        """What of oneself others may see."""
        return [field for field in self if field.name.startswith("shows_")]


class LeaveForm(forms.Form):
    username = forms.CharField(label="Your user name", max_length=39, widget=forms.TextInput({"autocomplete": "off"}))

    def __init__(self, *args, user: User, **options):
        super().__init__(*args, **options)
        self.user = user

    def clean_username(self) -> str:
        if self.cleaned_data["username"] != self.user.username:
            raise forms.ValidationError("This is not your user name. Nothing was deleted.")
        return self.cleaned_data["username"]
