from django.conf import settings
from django.db import models
from django.urls import reverse


class SavedFilter(models.Model):
    """A search or filter that a reader gave a name. `query` is the normal form of its address, without the “?”."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_filters")
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=1000)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [models.UniqueConstraint("user", "name", name="saved_filter_name_once_a_user")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('papers:today')}?{self.query}"
