from django.urls import path

from papers.detail import views

urlpatterns = [
    path("papers/<arxiv:ref>", views.paper, name="paper"),
    path("papers/<arxiv:ref>.md", views.paper, {"is_markdown": True}, name="paper_markdown"),
    path("papers/<arxiv:ref>/similar", views.similar, name="similar"),
    path("papers/<arxiv:ref>/versions", views.versions, name="versions"),
]
