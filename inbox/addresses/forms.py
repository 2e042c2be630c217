from functools import cache
from zoneinfo import available_timezones

from django import forms
from django.http import QueryDict

from inbox.addresses.cadences import default_cadence
from inbox.models import Subscription
from inbox.models.subscription import MAX_PAPERS
from lib.forms import LineField, MailField
from papers.lists import subscribable


@cache
def zones() -> dict[str, str]:
    """The names of time zones (IANA) by the same names in lower case."""
    return {name.lower(): name for name in sorted(available_timezones()) if "/" in name or name == "UTC"}


@cache
def common_zones() -> list[str]:
    """The names that the form suggests."""
    return [name for name in zones().values() if not name.startswith(("Etc/", "US/", "SystemV/"))]


class LetterForm(forms.ModelForm):
    """How the letters of a subscription come. A field that is not sent keeps the subscription's value.

    Validation raises Http404 if the list does not exist any more or the viewer may not read it.
    """

    hour = forms.TypedChoiceField(
        label="Time", choices=[(hour, f"{hour:02}:00") for hour in range(24)], coerce=int, required=False
    )
    zone = LineField(
        label="Time zone",
        max_length=64,
        required=False,
        widget=forms.TextInput({"list": "zones", "autocomplete": "off", "spellcheck": "false"}),
    )
    most = forms.IntegerField(label="Maximum papers", min_value=1, max_value=MAX_PAPERS, required=False)
    min_votes = forms.IntegerField(label="Minimum upvotes", min_value=0, max_value=2**31 - 1, required=False)

    class Meta:
        model = Subscription
        fields = ["cadence", "hour", "zone", "most"]
        labels = {"cadence": "Frequency"}

    def __init__(self, *args, viewer, **options):
        super().__init__(*args, **options)
        self.viewer = viewer
        self.initial["min_votes"] = QueryDict(self.instance.address.partition("?")[2]).get("min_votes", "")
        self.fields["cadence"].required = False
        if self.is_bound:
            self.data = self.data.copy()
            for name in LetterForm.Meta.fields:
                if not self.data.get(name):
                    self.data[name] = self.initial[name]

    def clean_zone(self) -> str:
        zone = zones().get(self.cleaned_data["zone"].lower())
        if zone is None:
            raise forms.ValidationError("Unknown time zone. Choose one such as Europe/Lisbon.")
        return zone

    def clean(self):
        data = super().clean()
        changes = {}
        if "min_votes" in self.data and "min_votes" not in self.errors:
            changes["min_votes"] = str(data["min_votes"] or "")
        found = subscribable.find(self.instance.address, self.viewer, refusal="no_letter", **changes)
        self.instance.address, self.instance.title, self.instance.user = found.address, found.title, found.user
        return data


class SubscribeForm(LetterForm):
    """A new subscription to the list at this address. A preview of today's letter needs no mail address.

    Raises Http404 and BadInput as `subscribable.find` does.
    """

    list = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta(LetterForm.Meta):
        fields = ["email", *LetterForm.Meta.fields]
        labels = LetterForm.Meta.labels | {"email": "Email address"}

    def __init__(self, data=None, *, viewer, address: str, is_preview: bool = False):
        found = subscribable.find(address or "/papers", viewer, refusal="no_letter")
        subscription = Subscription(address=found.address, title=found.title)
        if viewer.is_authenticated:
            subscription.email = viewer.email
        super().__init__(data, instance=subscription, viewer=viewer)
        self.initial["list"] = found.address
        self.initial["cadence"] = default_cadence(address) or self.initial["cadence"]
        if is_preview:  # the address may be incomplete still
            self.fields["email"] = forms.CharField(label="Email address", required=False, widget=forms.EmailInput)
        self.fields["email"].widget.attrs |= {"autocomplete": "email", "placeholder": "you@example.org"}
        if not self.is_bound:
            self.fields["zone"].widget.attrs["data-preset"] = True
        self.confirmed = viewer.confirmed_addresses() if viewer.is_authenticated else []

    @property
    def is_own(self) -> bool:
        """Whether the viewer has confirmed the address, so that no confirmation mail is needed."""
        return self.instance.email in self.confirmed

    def clean(self):
        data = super().clean()
        email = data.get("email")
        if self.instance.user and email and email not in self.confirmed:
            self.add_error("email", "This list is private, so it can only go to an address of your account.")
        return data


class ReminderForm(forms.Form):
    email = MailField(label="Email address", widget=forms.EmailInput({"autocomplete": "email"}))
