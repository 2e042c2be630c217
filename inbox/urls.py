"""What we tell a person, and how they tell us to stop."""

app_name = "inbox"
urlpatterns = []
