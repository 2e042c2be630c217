from django.urls import path, re_path

from orgs import views

app_name = "orgs"
urlpatterns = [
    path("orgs/<slug:slug>/edit", views.edit, name="edit"),
    path("orgs/<slug:slug>/publish", views.publish, name="publish"),
    path("orgs/<slug:slug>/discard", views.discard, name="discard"),
    path("orgs/<slug:slug>/undo", views.undo, name="undo"),
    re_path(r"^orgs/(?P<slug>[-\w]+)/accent-(?P<colour>[0-9a-f]{6})\.css$", views.accent, name="accent"),
]
