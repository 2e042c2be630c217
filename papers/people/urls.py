from django.urls import path

from papers.people.views import leaving, person, takeout

urlpatterns = [
    path("people/<str:username>", person.person, name="person"),
    path("people/<str:username>/submitted", person.person, {"part": "submitted"}, name="person_submitted"),
    path("people/<str:username>/upvoted", person.person, {"part": "upvoted"}, name="person_upvoted"),
    path("settings/data", takeout.data, name="data"),
    path("settings/data/make", takeout.make_export, name="make_export"),
    path("settings/data/<str:token>", takeout.fetch_export, name="fetch_export"),
    path("settings/delete", leaving.leave, name="leave"),
]
