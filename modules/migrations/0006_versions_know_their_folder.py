import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('modules', '0005_every_version_has_a_semver'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='moduleversion',
            name='versions_never_change',
        ),
        migrations.AddField(
            model_name='moduleversion',
            name='path',
            field=models.CharField(blank=True, help_text="Its folder then; blank for the repository's root.", max_length=240),
        ),
    ]
