"""What others do that concerns papers: who leaves takes votes or papers along; a migrated database gets vectors."""

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import F
from django.db.models.signals import post_migrate, pre_delete
from django.dispatch import receiver

from orgs.models import Organisation
from papers.models import Affiliation, Embedding, Paper


@receiver(pre_delete, sender=get_user_model())
def take_votes_along(instance, **kwargs) -> None:
    voted = Paper.objects.filter(pk__in=instance.votes.values("paper"))
    voted.update(vote_count=F("vote_count") - 1, revision=F("revision") + 1)
    instance.votes.all().delete()


@receiver(pre_delete, sender=Organisation)
def let_papers_go(instance, **kwargs) -> None:
    Affiliation.objects.dissolve(instance)


@receiver(post_migrate, dispatch_uid="papers.embedding")
def prepare_embeddings(app_config, **kwargs) -> None:
    if app_config.name == "papers" and settings.EMBEDDING != "none":
        Embedding.objects.prepare()
