"""What other rooms below do that concerns papers: a person who leaves takes the votes along."""

from django.contrib.auth import get_user_model
from django.db.models import F
from django.db.models.signals import pre_delete
from django.dispatch import receiver

from papers.models import Paper


@receiver(pre_delete, sender=get_user_model())
def take_votes_along(instance, **kwargs) -> None:
    voted = Paper.objects.filter(pk__in=instance.votes.values("paper"))
    voted.update(vote_count=F("vote_count") - 1, revision=F("revision") + 1)
    instance.votes.all().delete()
