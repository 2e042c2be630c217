from django.urls import path, re_path

from papers.discussion import comment_lists
from papers.syndication.formats import FORMATS
from papers.syndication.views import feeds, frames, share_cards, sitemap

urlpatterns = [
    path("comments.<str:format>", feeds.comments, {"make": comment_lists.newest}, name="feed_of_comments"),
    path(
        "papers/<arxiv:ref>/comments.<str:format>",
        feeds.comments,
        {"make": comment_lists.on_paper},
        name="feed_of_paper_comments",
    ),
    path(
        "people/<str:username>/comments.<str:format>",
        feeds.comments,
        {"make": comment_lists.of_person},
        name="feed_of_person_comments",
    ),
    re_path(rf"^(?P<path>(?!api/)[^/].*)\.(?P<format>{'|'.join(FORMATS)})$", feeds.feed, name="feed"),
    path("feeds", feeds.feeds, name="feeds"),
    path("feeds/mine.opml", feeds.opml, name="opml"),
    path("feeds/renew", feeds.renew, name="renew_feeds"),
    path("about/embed", frames.about, name="about_embed"),
    re_path("^embed/(?P<path>.*[^/])$", frames.embed, name="embed"),
    path("share/<path:path>.png", share_cards.share_card, name="share_card"),
    path("sitemap.xml", sitemap.index, name="sitemap"),
    path("sitemap-lists.xml", sitemap.lists, name="sitemap_of_lists"),
    path("sitemap-<slug:name>-<int:number>.xml", sitemap.file, name="sitemap_file"),
]
