from django.urls import path

from papers.discussion.views import seen

urlpatterns = [
    path("papers/visit", seen.visit, name="visit"),
    path("papers/date/<str:text>/done", seen.finish_day, name="finish_day"),
    path("papers/date/<str:text>/done/undo", seen.reopen_day, name="reopen_day"),
    path("papers/catch-up", seen.catch_up, name="catch_up"),
    path("papers/dismissed", seen.dismissed, name="dismissed"),
]
