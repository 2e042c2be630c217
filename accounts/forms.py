from functools import partial

from allauth.account import forms as allauth
from allauth.account.adapter import get_adapter
from allauth.account.fields import EmailField as AllauthEmailField
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from allauth.socialaccount import forms as social
from django import forms
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from accounts import attempts
from accounts.models import User, heldprofile
from lib.forms import LineField, LinksField, MailField, Refusable
from lib.images import PORTRAIT, forget
from lib.mailboxes import canonical
from lib.refusals import Conflict
from lib.widgets import MarkdownInput, PictureField


class EmailField(MailField, AllauthEmailField):
    """Our field with allauth's label and widget."""


class SignupForm(allauth.SignupForm):
    """The form to sign up. It computes one hash even if the address has an account, so that the time shows nothing."""

    email = EmailField()

    def try_save(self, request):
        attempts.demand_hash(request)
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        try:
            with transaction.atomic():
                return super().try_save(request)
        except IntegrityError as error:  # since the form was checked, which takes as long as the hash
            message = "Somebody has just signed up with this username. If it was you, look for our mail in your inbox."
            raise Conflict(message) from error


class SocialSignupForm(social.SignupForm):
    email = EmailField()


class LoginForm(allauth.LoginForm):
    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["login"].label = "Username or email"

    def clean_login(self) -> str:
        login = super().clean_login()
        email = canonical(login)
        return email if "@" in email else login


class AddEmailForm(allauth.AddEmailForm):
    email = EmailField()


class ResetPasswordForm(allauth.ResetPasswordForm):
    email = EmailField()


class ChangePasswordForm(allauth.ChangePasswordForm):
    """The form that changes the user's password. Wrong passwords are limited and logged as at sign-in."""

    def clean_oldpassword(self) -> str:
        password, adapter = self.cleaned_data["oldpassword"], get_adapter()
        if not adapter.reauthenticate(self.user, password):
            raise adapter.validation_error("enter_current_password")
        return password


class ProfileForm(Refusable, forms.ModelForm):
    """The user's profile, and what others see. What moderators have hidden is disabled, so browsers do not send it."""

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
        for name in heldprofile.FIELDS if self.instance.held_profile else ():
            self.fields[name].widget.attrs["disabled"] = True

    @transaction.atomic
    def save(self) -> None:
        """Write the fields that were changed in this form alone, and delete the former picture.

        Raises Gone if the account was deleted meanwhile, and NotAllowed if it was suspended or for what moderators have
        hidden.
        """
        self.instance.lock()
        self.instance.demand_own_profile(self.changed_data)
        self.instance.save(update_fields=self.changed_data)
        former = self.initial["portrait"]
        if former and "portrait" in self.changed_data:
            transaction.on_commit(partial(forget, [former.name]))

    def visibility_fields(self) -> list[forms.BoundField]:
        """Returns the fields that decide what others see of the person."""
        return [field for field in self if field.name.startswith("shows_")]


class LeaveForm(forms.Form):
    username = LineField(label="Username", max_length=39, widget=forms.TextInput({"autocomplete": "off"}))

    def __init__(self, *args, user: User, **options):
        super().__init__(*args, **options)
        self.user = user

    def clean_username(self) -> str:
        if self.cleaned_data["username"] != self.user.username:
            raise forms.ValidationError("This is not your username. Nothing was deleted.")
        return self.cleaned_data["username"]


class AppointForm(forms.Form):
    username = LineField(label="Username", max_length=39, widget=forms.TextInput({"autocomplete": "off"}))

    def clean_username(self) -> User:
        """Returns the person of this user name, in any case of letters."""
        username = self.cleaned_data["username"]
        person = User.objects.filter(username__iexact=username).first()
        if person is None:
            raise forms.ValidationError(f"No account has the username “{username}”.")
        if not person.is_active:
            raise forms.ValidationError(f"The account {person.username} is not active, so it can't be appointed.")
        return person


class AddPasskeyForm(AddWebAuthnForm):
    name = LineField(required=False, max_length=100)


class EditPasskeyForm(EditWebAuthnForm):
    name = LineField(max_length=100)
