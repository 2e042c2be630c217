from django import forms
from django.conf import settings
from django.http import Http404

from api.models.webhook import MAX_URL
from api.webhooks import reading
from lib.forms import LineField, Refusable
from lib.outside import OutsideError, checked_url
from lib.refusals import BadInput
from papers.lists.subscribable import MAX_TYPED, SubscribableList


class WebhookForm(Refusable, forms.Form):
    """A new webhook of a person or an organisation. The cleaned `list` is a `SubscribableList`."""

    list = LineField(
        label="List",
        max_length=MAX_TYPED,
        help_text="The address of its page, with words and filters if you like: <code>/papers?min_votes=20</code>",
    )
    url = LineField(
        label="Send to",
        max_length=MAX_URL,
        help_text="An <code>https://</code> address at which your program takes a POST.",
        widget=forms.URLInput({"autocomplete": "off"}),
    )

    def __init__(self, *args, owner, actor, **options):
        super().__init__(*args, **options)
        self.owner, self.actor = owner, actor

    def clean_list(self) -> SubscribableList:
        address = self.cleaned_data["list"].removeprefix(settings.BASE_URL) or "/"
        try:
            return reading.find(address, self.owner, self.actor)
        except Http404:
            raise forms.ValidationError("No list that you may read is at this address.") from None
        except BadInput as refusal:
            raise forms.ValidationError(str(refusal)) from None

    def clean_url(self) -> str:
        """The address in ASCII, so that one is the same however it is typed."""
        try:
            checked = checked_url(self.cleaned_data["url"], ("https",))
        except OutsideError as error:
            raise forms.ValidationError(str(error)) from None
        url = f"https://{checked.raw_host.decode().lower()}{checked.raw_path.decode() or '/'}"
        if len(url) > MAX_URL:
            raise forms.ValidationError(f"An address may have {MAX_URL} characters.")
        return url
