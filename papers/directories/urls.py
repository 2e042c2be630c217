from django.urls import path

from papers.directories import views

urlpatterns = [
    path("orgs", views.organisations, name="organisations"),
    path("topics", views.topics, name="topics"),
    path("people", views.people, name="people"),
    path("fields", views.fields, name="fields"),
]
