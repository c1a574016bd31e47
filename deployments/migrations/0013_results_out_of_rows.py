from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("deployments", "0012_move_results")]

    operations = [
        migrations.RemoveField(
            model_name='deployment',
            name='addresses',
        ),
        migrations.RemoveField(
            model_name='deployment',
            name='outputs',
        ),
        migrations.RemoveField(
            model_name='run',
            name='resources',
        ),
        migrations.RemoveField(
            model_name='run',
            name='standing',
        ),
    ]
