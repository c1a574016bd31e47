import django.db.models.deletion
import django.db.models.functions.text
import foundation.refs
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_api_tokens_and_webhooks'),
        ('modules', '0002_incremental_scans'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Alarm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', foundation.refs.RefField(default=foundation.refs.new_ref, editable=False, max_length=10, unique=True)),
                ('kind', models.CharField(choices=[('tag_moved', 'Tag moved'), ('tag_gone', 'Tag deleted'), ('commit_gone', 'Commit vanished from its branch')], max_length=12)),
                ('found', models.CharField(blank=True, help_text='What git says now: a commit, or a branch.', max_length=300)),
                ('raised_at', models.DateTimeField(auto_now_add=True)),
                ('dismissed_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('delivery_id', models.CharField(help_text='X-GitHub-Delivery, which the signature does not cover.', max_length=64)),
                ('signature', models.CharField(help_text='HMAC-SHA256 of the body, hexadecimal.', max_length=64)),
                ('event', models.CharField(max_length=40)),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name='Share',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.EmailField(max_length=254)),
            ],
            options={
                'ordering': ['email'],
            },
        ),
        migrations.CreateModel(
            name='Tag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('repository_id', models.BigIntegerField()),
                ('name', models.CharField(max_length=255)),
                ('commit', models.CharField(max_length=40)),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='moduleversion',
            name='versions_never_change',
        ),
        migrations.RemoveField(
            model_name='module',
            name='published_at',
        ),
        migrations.AddField(
            model_name='module',
            name='auto_publish_by',
            field=models.ForeignKey(blank=True, help_text='Who had compatible changes published by themselves; null while it is off.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='module',
            name='own_credit_cost',
            field=models.BigIntegerField(blank=True, help_text='Units of 1/10,000 credit.', null=True),
        ),
        migrations.AddField(
            model_name='module',
            name='own_purchased_only',
            field=models.BooleanField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='module',
            name='own_title',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='module',
            name='slug',
            field=models.SlugField(default='', help_text="Names it in Terraform's registry addresses; never changes.", max_length=64),
        ),
        migrations.AddField(
            model_name='moduleversion',
            name='branch',
            field=models.CharField(blank=True, max_length=255),
        ),
        migrations.AddField(
            model_name='moduleversion',
            name='bump',
            field=models.CharField(choices=[('first', 'First version'), ('major', 'Breaking'), ('minor', 'Compatible'), ('patch', 'Compatible, same interface')], default='first', max_length=5),
        ),
        migrations.AddField(
            model_name='moduleversion',
            name='changes',
            field=models.JSONField(default=list, help_text='Rows of modules.interface against the version before.'),
        ),
        migrations.AddField(
            model_name='moduleversion',
            name='commits',
            field=models.JSONField(default=list, help_text="The branch's commits since the version before, as in a scan."),
        ),
        migrations.AddField(
            model_name='moduleversion',
            name='deprecated_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='moduleversion',
            name='deprecation_link',
            field=models.URLField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name='moduleversion',
            name='deprecation_reason',
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name='moduleversion',
            name='revocation_reason',
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name='moduleversion',
            name='revoked_at',
            field=models.DateTimeField(blank=True, help_text='No new deployment; existing ones go on.', null=True),
        ),
        migrations.AddField(
            model_name='moduleversion',
            name='semver',
            field=models.CharField(default='', help_text="As Terraform's registry protocol wants it, without a v.", max_length=60),
        ),
        migrations.AddField(
            model_name='moduleversion',
            name='tag',
            field=models.CharField(blank=True, help_text='The git tag that gave it its number.', max_length=255),
        ),
        migrations.AddField(
            model_name='scan',
            name='history',
            field=models.JSONField(default=list, help_text='The branch\'s newest commits, newest first: {"sha", "subject", "author", "at"}.'),
        ),
        migrations.AddField(
            model_name='scan',
            name='history_is_whole',
            field=models.BooleanField(default=False, help_text='The history goes back to the first commit.'),
        ),
        migrations.AlterField(
            model_name='moduleversion',
            name='number',
            field=models.PositiveIntegerField(help_text='Counts the versions of its module from 1.'),
        ),
        migrations.AddConstraint(
            model_name='module',
            constraint=models.CheckConstraint(condition=models.Q(('own_credit_cost__gte', 0)), name='own_credit_cost_is_not_negative'),
        ),
        migrations.AddField(
            model_name='alarm',
            name='dismissed_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='alarm',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='alarms', to='modules.moduleversion'),
        ),
        migrations.AddField(
            model_name='delivery',
            name='connection',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='accounts.githubconnection'),
        ),
        migrations.AddField(
            model_name='share',
            name='module',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='shares', to='modules.module'),
        ),
        migrations.AddField(
            model_name='tag',
            name='connection',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tags', to='accounts.githubconnection'),
        ),
        migrations.AddConstraint(
            model_name='alarm',
            constraint=models.UniqueConstraint(fields=('version', 'kind', 'found'), name='one_alarm_per_version_and_finding'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(fields=('connection', 'delivery_id'), name='one_delivery_per_id'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(fields=('connection', 'signature'), name='one_delivery_per_body'),
        ),
        migrations.AddConstraint(
            model_name='share',
            constraint=models.UniqueConstraint(models.F('module'), django.db.models.functions.text.Lower('email'), name='one_share_per_module_and_address'),
        ),
        migrations.AddConstraint(
            model_name='tag',
            constraint=models.UniqueConstraint(fields=('connection', 'repository_id', 'name'), name='one_tag_per_name'),
        ),
    ]
