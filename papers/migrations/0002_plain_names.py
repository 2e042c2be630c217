from django.db import migrations, models

VISIBILITIES = [
    ("public", "Public: everybody can find it"),
    ("unlisted", "Unlisted: anybody with the link can read it"),
    ("private", "Private: only you, or the organisation’s members"),
]


class Migration(migrations.Migration):
    dependencies = [("papers", "0001_initial")]

    operations = [
        migrations.RenameField("dataexport", "asked_at", "requested_at"),
        migrations.AlterField(
            "collection", "visibility", models.CharField(choices=VISIBILITIES, default="private", max_length=8)
        ),
    ]
