import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_api_tokens_and_webhooks'),
        ('modules', '0007_fill_in_folders'),
    ]

    operations = [
        migrations.CreateModel(
            name='Watch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('repository_id', models.BigIntegerField()),
                ('tag_etags', models.JSONField(default=list, help_text='What GitHub calls the state of its tags, page by page.')),
                ('tags_are_whole', models.BooleanField(default=False, help_text='No tag was left out as one too many.')),
                ('tags_read_at', models.DateTimeField(null=True)),
                ('head', models.CharField(blank=True, help_text="The branch's commit when `held` was asked for.", max_length=40)),
                ('held', models.JSONField(default=list, help_text="Commits, older than a scan's history, that lie in head's past.")),
                ('connection', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='watches', to='accounts.githubconnection')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('connection', 'repository_id'), name='one_watch_per_repository')],
            },
        ),
    ]
