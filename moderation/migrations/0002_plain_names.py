from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """A decision was called a deed, and the details of a flag its words."""

    dependencies = [("moderation", "0001_initial")]

    operations = [
        migrations.RenameField("flag", "words", "details"),
        migrations.RemoveConstraint("action", "action_has_reason"),
        migrations.RenameField("action", "deed", "decision"),
        migrations.AddConstraint(
            "action",
            models.CheckConstraint(
                condition=~Q(reason="") | Q(decision__in=["appoint", "dismiss-moderator"]), name="action_has_reason"
            ),
        ),
    ]
