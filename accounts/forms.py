from functools import partial

from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.db import transaction

from accounts.models import User
from lib.forms import LineField, LinksField
from lib.images import PORTRAIT, forget
from lib.widgets import MarkdownInput, PictureField


class ProfileForm(forms.ModelForm):
    links = LinksField()
    portrait = PictureField(PORTRAIT, label="Picture")

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
        widgets = {"about": MarkdownInput({"rows": 5})}

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["portrait"].widget.owner = f"person {self.instance.pk}"

    @transaction.atomic
    def save(self) -> None:
        """Writes these fields alone, and of an account that is still there. A picture that is replaced is gone."""
        User.objects.select_for_update().get(pk=self.instance.pk)
        self.instance.save(update_fields=self.Meta.fields)
        before = self.initial["portrait"]
        if before and "portrait" in self.changed_data:
            transaction.on_commit(partial(forget, [before.name]))

    def shown(self) -> list[forms.BoundField]:
        """What of oneself others may see."""
        return [field for field in self if field.name.startswith("shows_")]


class LeaveForm(forms.Form):
    username = LineField(label="Your user name", max_length=39, widget=forms.TextInput({"autocomplete": "off"}))

    def __init__(self, *args, user: User, **options):
        super().__init__(*args, **options)
        self.user = user

    def clean_username(self) -> str:
        if self.cleaned_data["username"] != self.user.username:
            raise forms.ValidationError("This is not your user name. Nothing was deleted.")
        return self.cleaned_data["username"]


class AddPasskeyForm(AddWebAuthnForm):
    name = LineField(required=False, max_length=100)


class EditPasskeyForm(EditWebAuthnForm):
    name = LineField(max_length=100)
