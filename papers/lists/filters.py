"""The filters that every list of papers has, in its address, all combinable. Words are no filter: they rank."""

import django_filters
from django import forms
from django.contrib.postgres.search import SearchQuery
from django.db.models import Q

from lib.forms import DateInput
from orgs.models import Organisation
from papers.models import Paper
from papers.search.lexicon import author_query

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
    org = django_filters.CharFilter(
        label="Organisation",
        method="match_org",
        max_length=96,
        widget=forms.TextInput(attrs={"list": "organisations"}),
    )
    author = django_filters.CharFilter(label="Author", method="match_author", max_length=200)
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
        method="match_after",
        widget=DateInput,
    )
    before = django_filters.DateFilter(
        label="Listed until",
        method="match_before",
        widget=DateInput,
    )

    class Meta:
        model = Paper
        fields = []
        form = FilterForm

    def match_org(self, papers, name, org):
        """By the short name in its address, or by its full one."""
        meant = Organisation.objects.filter(
            Q(slug__iexact=org) | Q(name__iexact=org) | Q(former_slugs__slug__iexact=org)
        ).values_list("pk", flat=True)
        return papers.affiliated_with(meant)

    def match_author(self, papers, name, author):
        """These words stand side by side among the names."""
        return papers.filter(entry__words=SearchQuery(author_query(author), config="simple", search_type="raw"))

    def match_topic(self, papers, name, topic):
        return papers.about(topic)

    def match_has(self, papers, name, what):
        return papers.exclude(code_url="")

    def match_after(self, papers, name, day):
        return papers.since(day)

    def match_before(self, papers, name, day):
        return papers.until(day)
