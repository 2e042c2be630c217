import django.utils.timezone
from django.db import migrations, models
from django.db.models import Q

DELIVERIES = [("at_once", "At once"), ("daily", "Once a day"), ("never", "Never")]
END_REASONS = [
    ("unsubscribed", "you unsubscribed"),
    ("bounced", "email to this address bounced"),
    ("complained", "an email was reported as spam"),
    ("refused", "you asked to stop all email to this address"),
    ("lost", "its list no longer exists"),
]
STATES = [("pending", "Pending"), ("active", "Active"), ("ended", "Ended")]
RENAME_STATE = "UPDATE inbox_subscription SET state = '{}' WHERE state = '{}'"


class Migration(migrations.Migration):
    """Columns get the names of their fields, and a subscription that waits to be confirmed is pending."""

    dependencies = [("inbox", "0001_initial")]

    operations = [
        migrations.AlterField("choice", "delivery", models.CharField(choices=DELIVERIES, max_length=10)),
        migrations.AlterField("letter", "day", models.DateField()),
        migrations.AlterField("notification", "delivery", models.CharField(choices=DELIVERIES, max_length=10)),
        migrations.AlterField("notification", "notified_at", models.DateTimeField(default=django.utils.timezone.now)),
        migrations.AlterField(
            "subscription", "end_reason", models.CharField(blank=True, choices=END_REASONS, max_length=12)
        ),
        migrations.AlterField("subscription", "requested_at", models.DateTimeField(default=django.utils.timezone.now)),
        migrations.RemoveConstraint("subscription", "subscription_state_known"),
        migrations.RunSQL(RENAME_STATE.format("pending", "asked"), RENAME_STATE.format("asked", "pending")),
        migrations.AlterField(
            "subscription", "state", models.CharField(choices=STATES, default="pending", max_length=10)
        ),
        migrations.AddConstraint(
            "subscription",
            models.CheckConstraint(
                condition=Q(state__in=["pending", "active", "ended"]), name="subscription_state_known"
            ),
        ),
    ]
