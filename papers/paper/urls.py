from django.urls import path

from papers.models.mark import marks
from papers.paper import views

urlpatterns = [
    pattern
    for kind in marks()
    for pattern in (
        path(f"papers/<arxiv:ref>/{kind.control}", views.mark, {"kind": kind}, name=kind.control),
        path(
            f"papers/<arxiv:ref>/{kind.control}/{kind.undo}",
            views.unmark,
            {"kind": kind},
            name=f"{kind.undo}_{kind.control}",
        ),
    )
]
