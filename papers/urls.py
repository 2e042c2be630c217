"""The addresses that readers and tools already know."""

from django.contrib.auth.decorators import login_required
from django.urls import path, register_converter

from papers.identifiers import ArxivIdConverter
from papers.views import about, archive, curation, detail, lists, marks, orgs, people, saved_filters, submit

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
    path("orgs/<slug:slug>/preview", curation.preview, name="preview_org"),
    path("orgs/<slug:slug>/featured", curation.featured, name="featured"),
    path("orgs/<slug:slug>/featured/add", curation.feature, name="feature"),
    path("orgs/<slug:slug>/featured/<arxiv:ref>/remove", curation.unfeature, name="unfeature"),
    path("orgs/<slug:slug>/featured/<arxiv:ref>/move", curation.move_featured, name="move_featured"),
    path("people/<str:username>", people.person, name="person"),
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
