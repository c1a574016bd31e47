import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('deployments', '0001_initial'),
        ('modules', '0005_every_version_has_a_semver'),
    ]

    operations = [
        migrations.CreateModel(
            name='RemovalNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('removed_at', models.DateTimeField()),
                ('told_at', models.DateTimeField(auto_now_add=True)),
                ('module', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='modules.module')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('module', 'removed_at'), name='one_notice_per_removal')],
            },
        ),
    ]
