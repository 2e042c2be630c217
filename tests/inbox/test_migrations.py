"""What migrations make of rows."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from inbox.models import Subscription
from tests.factories import SubscriptionFactory

APP = "inbox"


def migrate(name: str) -> None:
    MigrationExecutor(connection).migrate([(APP, name)])


@pytest.mark.django_db(transaction=True)
def test_a_subscription_that_waits_to_be_confirmed_is_pending():
    SubscriptionFactory(state="pending", confirmed_at=None)
    migrate("0001_initial")
    with connection.cursor() as cursor:
        cursor.execute("SELECT state FROM inbox_subscription")
        assert cursor.fetchall() == [("asked",)]
    migrate("0002_plain_names")
    assert Subscription.objects.get().is_pending
