from django.urls import path

from papers.claims.views import claiming, correcting, summary

urlpatterns = [
    path("papers/<arxiv:ref>/claim", claiming.claim, name="claim"),
    path("papers/<arxiv:ref>/claim/make", claiming.make, name="make_claim"),
    path("papers/<arxiv:ref>/claim/check", claiming.check, name="check_claim"),
    path("papers/<arxiv:ref>/claim/ask", claiming.ask, name="ask_moderators"),
    path("papers/<arxiv:ref>/claim/release", claiming.release, name="release_claim"),
    path("papers/<arxiv:ref>/correct", correcting.correct, name="correct"),
    path("papers/<arxiv:ref>/summary", summary.summary, name="summary"),
    path("papers/<arxiv:ref>/summary/restore", summary.restore, name="restore_summary"),
    path("papers/<arxiv:ref>/summary/hide", summary.hide, name="hide_summary"),
    path("papers/<arxiv:ref>/summary/show", summary.show, name="show_summary"),
]
