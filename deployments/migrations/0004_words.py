from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("deployments", "0003_revocation_notices"),
    ]

    operations = [
        migrations.AlterField(
            model_name="deployment",
            name="nonce",
            field=models.CharField(
                editable=False, help_text="Reference of its form.", max_length=10, null=True, unique=True
            ),
        ),
        migrations.AlterField(
            model_name="deployment",
            name="outputs",
            field=models.JSONField(default=dict, help_text="By name. Sensitive outputs are kept without their value."),
        ),
        migrations.AlterField(
            model_name="deployment",
            name="was_interrupted",
            field=models.BooleanField(
                default=False, help_text="The last run was killed. Some of its steps may be unfinished."
            ),
        ),
        migrations.AlterField(
            model_name="run",
            name="error",
            field=models.TextField(blank=True, help_text="What went wrong, in plain sentences."),
        ),
        migrations.AlterField(
            model_name="run",
            name="phases",
            field=models.JSONField(default=dict, help_text="When the run entered each status."),
        ),
        migrations.AlterField(
            model_name="run",
            name="plan",
            field=models.JSONField(
                default=dict, help_text="Planned resources, and how many are created, changed and destroyed."
            ),
        ),
        migrations.AlterField(
            model_name="run",
            name="process",
            field=models.JSONField(default=dict, help_text="Host, process ID and start time of the sandbox."),
        ),
        migrations.AlterField(
            model_name="run",
            name="worker",
            field=models.CharField(
                blank=True, help_text="Host and process ID of the worker, as host:pid.", max_length=200
            ),
        ),
        migrations.AlterField(
            model_name="stateversion",
            name="size",
            field=models.PositiveIntegerField(help_text="Size in bytes, as Terraform wrote it."),
        ),
    ]
