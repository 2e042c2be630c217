"""The addresses that readers and tools already know."""

from django.contrib.auth.decorators import login_required
from django.urls import path, re_path, register_converter

from papers.collections.views import collections, items
from papers.detail import views as detail
from papers.following import views as following
from papers.identifiers import ArxivIdConverter
from papers.ingest import views as submit
from papers.lists.views import about, archive, general, saved_filters
from papers.models import State
from papers.organisations.pinned import SHELVES
from papers.organisations.views import affiliations, curation, insights, page
from papers.paper import views as marks
from papers.people.views import leaving, person, takeout
from papers.syndication.feeds import FORMS
from papers.syndication.views import feeds, frames, sitemap

register_converter(ArxivIdConverter, "arxiv")

app_name = "papers"
urlpatterns = [
    # feeds: that of any list has the list's address and an ending
    re_path(rf"^(?P<path>[^/].*)\.(?P<form>{'|'.join(FORMS)})$", feeds.feed, name="feed"),
    path("feeds", feeds.feeds, name="feeds"),
    path("feeds/mine.opml", feeds.opml, name="opml"),
    path("feeds/renew", feeds.renew, name="renew_feeds"),
    # lists
    path("", general.latest, {"kind": "day"}, name="front"),
    path("papers", general.latest, {"kind": "day"}, name="today"),
    path("papers/week", general.latest, {"kind": "week"}, name="this_week"),
    path("papers/month", general.latest, {"kind": "month"}, name="this_month"),
    path("papers/date", general.pick, name="pick"),
    path("papers/date/<str:text>", general.dated, {"kind": "day"}, name="day"),
    path("papers/week/<str:text>", general.dated, {"kind": "week"}, name="week"),
    path("papers/month/<str:text>", general.dated, {"kind": "month"}, name="month"),
    path("papers/trending", general.trending, name="trending"),
    path("papers/archive", archive.archive, name="archive"),
    path("papers/filters/save", saved_filters.save, name="save_filter"),
    path("papers/filters/<int:pk>/remove", saved_filters.remove, name="remove_filter"),
    path("papers/following", following.brought, name="following"),
    path("papers/following/manage", following.manage, name="followed"),
    path("papers/following/<str:kind>/follow", following.follow, name="follow"),
    path("papers/following/<str:kind>/unfollow", following.unfollow, name="unfollow"),
    path("bookmarks", login_required(general.bookmarks), name="bookmarks"),
    path("orgs/<slug:slug>", page.org, name="org"),
    path("orgs/<slug:slug>/suggestions", affiliations.suggestions, {"state": State.SUGGESTED}, name="suggestions"),
    path("orgs/<slug:slug>/suggestions/refused", affiliations.suggestions, {"state": State.REFUSED}, name="refused"),
    path("orgs/<slug:slug>/papers/<arxiv:ref>/tag", affiliations.tag, name="tag"),
    path("orgs/<slug:slug>/papers/<arxiv:ref>/untag", affiliations.untag, name="untag"),
    path("orgs/<slug:slug>/papers/<arxiv:ref>/suggest", affiliations.suggest, name="suggest"),
    path("orgs/<slug:slug>/papers/<arxiv:ref>/withdraw", affiliations.withdraw, name="withdraw"),
    path("orgs/<slug:slug>/insights", insights.charts, name="insights"),
    path("orgs/<slug:slug>/insights/<slug:what>.csv", insights.figures, name="figures"),
    path("orgs/<slug:slug>/preview", curation.preview, name="preview_org"),
    *(
        path(f"orgs/<slug:slug>/{name}{rest}", view, {"name": name}, name=f"{prefix}{name}")
        for name in SHELVES
        for rest, view, prefix in (
            ("", curation.shelf, ""),
            ("/add", curation.put, "add_to_"),
            ("/<path:handle>/remove", curation.take, "remove_from_"),
            ("/<path:handle>/move", curation.move, "move_in_"),
        )
    ),
    path("people/<str:username>", person.person, name="person"),
    path("people/<str:username>/submitted", person.person, {"part": "submitted"}, name="person_submitted"),
    path("people/<str:username>/upvoted", person.person, {"part": "upvoted"}, name="person_upvoted"),
    # what is one's own
    path("settings/data", takeout.data, name="data"),
    path("settings/data/make", takeout.make_export, name="make_export"),
    path("settings/data/<str:token>", takeout.fetch_export, name="fetch_export"),
    path("settings/delete", leaving.leave, name="leave"),
    # collections
    path("collections", collections.collections, name="collections"),
    path("collections/mine", collections.mine, name="my_collections"),
    path("collections/new", collections.new, name="new_collection"),
    path("collections/<slug:key>", collections.collection, name="collection"),
    path("collections/<slug:key>/edit", collections.edit, name="edit_collection"),
    path("collections/<slug:key>/merge", collections.merge, name="merge_collection"),
    path("collections/<slug:key>/delete", collections.delete, name="delete_collection"),
    path("collections/<slug:key>/arrange", items.arrange, name="arrange"),
    path("collections/<slug:key>/add", items.add, name="add_item"),
    path("collections/<slug:key>/remove", items.remove, name="remove_items"),
    path("collections/<slug:key>/restore", items.restore, name="restore_items"),
    path("collections/<slug:key>/transfer", items.transfer, name="transfer_items"),
    path("collections/<slug:key>/move/<arxiv:ref>", items.move, name="move_item"),
    path("collections/<slug:key>/note/<arxiv:ref>", items.note, name="note_item"),
    # a paper
    path("papers/submit", submit.submit, name="submit"),
    path("papers/submit/<slug:key>", submit.submission, name="submission"),
    path("papers/<arxiv:ref>", detail.paper, name="paper"),
    path("papers/<arxiv:ref>/similar", detail.similar, name="similar"),
    path("papers/<arxiv:ref>/vote", marks.vote, name="vote"),
    path("papers/<arxiv:ref>/vote/withdraw", marks.withdraw_vote, name="withdraw_vote"),
    path("papers/<arxiv:ref>/bookmark", marks.bookmark, name="bookmark"),
    path("papers/<arxiv:ref>/bookmark/remove", marks.remove_bookmark, name="remove_bookmark"),
    path("papers/<arxiv:ref>/collections", items.choose, name="choose_collection"),
    path("papers/<arxiv:ref>/collections/add", items.put_in, name="put_in"),
    path("papers/<arxiv:ref>/collections/remove", items.take_out, name="take_out"),
    path("papers/<arxiv:ref>/collections/begin", items.begin, name="begin_collection"),
    # the house explained
    path("about/ranking", about.ranking, name="about_ranking"),
    path("about/search", about.search, name="about_search"),
    path("about/embed", frames.about, name="about_embed"),
    # elsewhere
    re_path("^embed/(?P<path>.*[^/])$", frames.embed, name="embed"),
    path("sitemap.xml", sitemap.index, name="sitemap"),
    path("sitemap-lists.xml", sitemap.lists, name="sitemap_of_lists"),
    path("sitemap-<slug:what>-<int:number>.xml", sitemap.part, name="sitemap_part"),
    path("opensearch.xml", about.opensearch, name="opensearch"),
]
