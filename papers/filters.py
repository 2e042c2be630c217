"""The filters that every list of papers has, in its address, all combinable."""

import django_filters
from django import forms
from django.db.models import Q

from lib.forms import DateInput
from lib.text import fold
from papers.models import Paper

MAX_TEXT = 250

ORDERS = {
    "votes": ("vote_count", "listed_at", "id"),
    "newest": ("listed_at", "id"),
    "discussed": ("comment_count", "listed_at", "id"),
    "hot": ("hot", "id"),
}


class FilterForm(forms.Form):
    def clean(self):
        told = super().clean()
        if told.get("after") and told.get("before") and told["after"] > told["before"]:
            self.add_error("before", "This is earlier than the day the list begins with.")
        return told


class PaperFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="Title or author", method="match_words", max_length=MAX_TEXT, strip=True)
    org = django_filters.CharFilter(
        label="Organisation",
        field_name="organisation__slug",
        lookup_expr="iexact",
        max_length=96,
        widget=forms.TextInput(attrs={"list": "organisations"}),
    )
    topic = django_filters.CharFilter(label="Category or keyword", method="match_topic", max_length=120)
    min_votes = django_filters.NumberFilter(
        label="Upvotes at least",
        field_name="vote_count",
        lookup_expr="gte",
        min_value=0,
        max_value=2**31 - 1,
        decimal_places=0,
        widget=forms.TextInput({"inputmode": "numeric"}),
    )
    has = django_filters.ChoiceFilter(
        label="Has", choices=[("code", "code")], empty_label="anything", method="match_has"
    )
    after = django_filters.DateFilter(
        label="Listed from",
        field_name="listed_on",
        lookup_expr="gte",
        widget=DateInput,
    )
    before = django_filters.DateFilter(
        label="Listed until",
        field_name="listed_on",
        lookup_expr="lte",
        widget=DateInput,
    )

    class Meta:
        model = Paper
        fields = []
        form = FilterForm

    def match_words(self, papers, name, text):
        """Every word of the text stands in the title or in an author's name."""
        return papers.filter(*(Q(entry__text__contains=word) for word in fold(text).split()))

    def match_topic(self, papers, name, topic):
        return papers.filter(entry__topics__contains=[fold(topic)])

    def match_has(self, papers, name, what):
        return papers.exclude(code_url="")
