import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('deployments', '0002_removal_notices'),
        ('modules', '0008_watched_repositories'),
    ]

    operations = [
        migrations.CreateModel(
            name='RevocationNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revoked_at', models.DateTimeField()),
                ('told_at', models.DateTimeField(auto_now_add=True)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='modules.moduleversion')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('version', 'revoked_at'), name='one_notice_per_revocation')],
            },
        ),
    ]
