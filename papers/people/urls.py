from django.urls import path

from papers.people.views import leaving, person, takeout

urlpatterns = [
    path("people/<str:username>", person.person, name="person"),
    path("people/<str:username>/authored", person.person, {"tab": "authored"}, name="person_authored"),
    path("people/<str:username>/submitted", person.person, {"tab": "submitted"}, name="person_submitted"),
    path("people/<str:username>/upvoted", person.person, {"tab": "upvoted"}, name="person_upvoted"),
    path("people/<str:username>/comments", person.comments, name="person_comments"),
    path("settings/data", takeout.data, name="data"),
    path("settings/data/make", takeout.make_export, name="make_export"),
    path("settings/data/<str:token>", takeout.fetch_export, name="fetch_export"),
    path("settings/delete", leaving.leave, name="leave"),
]
