"""The addresses that readers and tools already know, each in the `urls.py` of its room."""

from papers.artefacts.urls import urlpatterns as artefacts
from papers.claims.urls import urlpatterns as claims
from papers.collections.urls import urlpatterns as collections
from papers.detail.urls import urlpatterns as detail
from papers.directories.urls import urlpatterns as directories
from papers.discussion.urls import urlpatterns as discussion
from papers.following.urls import urlpatterns as following
from papers.ingest.urls import urlpatterns as ingest
from papers.intake.urls import urlpatterns as intake
from papers.lists.urls import urlpatterns as lists
from papers.organisations.urls import urlpatterns as organisations
from papers.paper.urls import urlpatterns as paper
from papers.people.urls import urlpatterns as people
from papers.syndication.urls import urlpatterns as syndication

app_name = "papers"
# Django tries one after the other, so papers' pages come first. Syndication comes before lists, since the feed of a
# list has the list's address and an ending.
urlpatterns = detail + syndication + lists + following + discussion + directories
urlpatterns += organisations + people + claims + artefacts + collections + ingest + intake + paper
