from django.urls import path

from papers.following import views

urlpatterns = [
    path("papers/following", views.following, name="following"),
    path("papers/following/start", views.start, name="start_following"),
    path("papers/following/manage", views.manage, name="followed"),
    path("papers/following/<str:kind>/follow", views.follow, name="follow"),
    path("papers/following/<str:kind>/unfollow", views.unfollow, name="unfollow"),
]
