from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("deployments", "0006_fill_in_secret_names"),
    ]

    operations = [
        migrations.AddField(
            model_name="deployment",
            name="addresses",
            field=models.JSONField(
                default=list, help_text="Addresses of the resources in the newest state; of many, the first."
            ),
        ),
        migrations.AddField(
            model_name="run",
            name="standing",
            field=models.JSONField(
                help_text="What existed when the run ended. Null before, and where no state was kept.", null=True
            ),
        ),
    ]
