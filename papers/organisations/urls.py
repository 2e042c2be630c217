from django.urls import path

from papers.models import State
from papers.organisations.pinned import PINNED_LISTS
from papers.organisations.views import affiliations, curation, insights, page

urlpatterns = [
    path("orgs/<slug:slug>", page.org, name="org"),
    path("orgs/<slug:slug>/suggestions", affiliations.suggestions, {"state": State.SUGGESTED}, name="suggestions"),
    path("orgs/<slug:slug>/suggestions/refused", affiliations.suggestions, {"state": State.REFUSED}, name="refused"),
    path("orgs/<slug:slug>/papers/<arxiv:ref>/tag", affiliations.tag, name="tag"),
    path("orgs/<slug:slug>/papers/<arxiv:ref>/untag", affiliations.untag, name="untag"),
    path("orgs/<slug:slug>/papers/<arxiv:ref>/suggest", affiliations.suggest, name="suggest"),
    path("orgs/<slug:slug>/papers/<arxiv:ref>/withdraw", affiliations.withdraw, name="withdraw"),
    path("orgs/<slug:slug>/insights", insights.charts, name="insights"),
    path("orgs/<slug:slug>/insights/<slug:name>.csv", insights.figures, name="figures"),
    path("orgs/<slug:slug>/preview", curation.preview, name="preview_org"),
    *(
        path(f"orgs/<slug:slug>/{name}{rest}", view, {"name": name}, name=f"{prefix}{name}")
        for name in PINNED_LISTS
        for rest, view, prefix in (
            ("", curation.pinned, ""),
            ("/add", curation.put, "add_to_"),
            ("/<path:handle>/remove", curation.take, "remove_from_"),
            ("/<path:handle>/move", curation.move, "move_in_"),
        )
    ),
]
