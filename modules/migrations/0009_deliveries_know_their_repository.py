from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('modules', '0008_watched_repositories'),
    ]

    operations = [
        migrations.AddField(
            model_name='delivery',
            name='repository_id',
            field=models.BigIntegerField(help_text='Of which repository it tells; empty where unsaid.', null=True),
        ),
    ]
