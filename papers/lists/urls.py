from django.urls import path

from papers.lists.views import about, archive, density, general, organisations, saved_filters

urlpatterns = [
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
    path("papers/density/<str:density>", density.choose, name="density"),
    path("papers/filters/organisations", organisations.find, name="find_organisations"),
    path("papers/filters/save", saved_filters.save, name="save_filter"),
    path("papers/filters/<int:pk>/remove", saved_filters.remove, name="remove_filter"),
    path("about/ranking", about.ranking, name="about_ranking"),
    path("about/search", about.search, name="about_search"),
    path("about/keys", about.keys, name="about_keys"),
    path("opensearch.xml", about.opensearch, name="opensearch"),
]
