"""The addresses that readers and tools already know."""

from django.contrib.auth.decorators import login_required
from django.urls import path, register_converter

from papers.identifiers import ArxivIdConverter
from papers.views import (
    about,
    archive,
    detail,
    leaving,
    lists,
    marks,
    orgs,
    people,
    portability,
    saved_filters,
    submit,
)

register_converter(ArxivIdConverter, "arxiv")

app_name = "papers"
urlpatterns = [
    # lists
    path("", lists.latest, {"kind": "day"}, name="front"),
    path("papers", lists.latest, {"kind": "day"}, name="today"),
    path("papers/week", lists.latest, {"kind": "week"}, name="this_week"),
    path("papers/month", lists.latest, {"kind": "month"}, name="this_month"),
    path("papers/date", lists.pick, name="pick"),
    path("papers/date/<str:text>", lists.dated, {"kind": "day"}, name="day"),
    path("papers/week/<str:text>", lists.dated, {"kind": "week"}, name="week"),
    path("papers/month/<str:text>", lists.dated, {"kind": "month"}, name="month"),
    path("papers/trending", lists.trending, name="trending"),
    path("papers/archive", archive.archive, name="archive"),
    path("papers/filters/save", saved_filters.save, name="save_filter"),
    path("papers/filters/<int:pk>/remove", saved_filters.remove, name="remove_filter"),
    path("bookmarks", login_required(lists.bookmarks), name="bookmarks"),
    path("orgs/<slug:slug>", orgs.org, name="org"),
    path("people/<str:username>", people.person, name="person"),
    path("people/<str:username>/submitted", people.person, {"part": "submitted"}, name="person_submitted"),
    path("people/<str:username>/upvoted", people.person, {"part": "upvoted"}, name="person_upvoted"),
    # what is one's own
    path("settings/data", portability.data, name="data"),
    path("settings/data/make", portability.make_export, name="make_export"),
    path("settings/data/<str:token>", portability.fetch_export, name="fetch_export"),
    path("settings/delete", leaving.leave, name="leave"),
    # a paper
    path("papers/submit", submit.submit, name="submit"),
    path("papers/<arxiv:ref>", detail.paper, name="paper"),
    path("papers/<arxiv:ref>/similar", detail.similar, name="similar"),
    path("papers/<arxiv:ref>/vote", marks.vote, name="vote"),
    path("papers/<arxiv:ref>/vote/withdraw", marks.withdraw_vote, name="withdraw_vote"),
    path("papers/<arxiv:ref>/bookmark", marks.bookmark, name="bookmark"),
    path("papers/<arxiv:ref>/bookmark/remove", marks.remove_bookmark, name="remove_bookmark"),
    # the house explained
    path("about/ranking", about.ranking, name="about_ranking"),
    path("about/search", about.search, name="about_search"),
    path("opensearch.xml", about.opensearch, name="opensearch"),
]
