from django.urls import path

from papers.paper import views

urlpatterns = [
    path("papers/<arxiv:ref>/vote", views.vote, name="vote"),
    path("papers/<arxiv:ref>/vote/withdraw", views.withdraw_vote, name="withdraw_vote"),
    path("papers/<arxiv:ref>/bookmark", views.bookmark, name="bookmark"),
    path("papers/<arxiv:ref>/bookmark/remove", views.remove_bookmark, name="remove_bookmark"),
]
