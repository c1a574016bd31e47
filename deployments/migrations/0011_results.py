from django.db import migrations, models
import django.db.models.deletion


class Migration(migrations.Migration):
    dependencies = [("deployments", "0010_holds_of_deployments")]

    operations = [
        migrations.AddField(
            model_name='deployment',
            name='state',
            field=models.ForeignKey(help_text='The newest state when its last run ended. Null while there is none.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='deployments.stateversion'),
        ),
        migrations.AddField(
            model_name='run',
            name='resource_count',
            field=models.PositiveIntegerField(help_text='Resources that existed when the run ended. Null before, and where that is not known.', null=True),
        ),
        migrations.AddField(
            model_name='run',
            name='state',
            field=models.ForeignKey(help_text='The newest state when the run ended. Null before, and where there was none or it was not kept.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='deployments.stateversion'),
        ),
        migrations.AddField(
            model_name='stateversion',
            name='output_count',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='stateversion',
            name='resource_count',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name='deployment',
            name='resource_count',
            field=models.PositiveIntegerField(default=0, help_text='Resources in this state.'),
        ),
        migrations.AlterField(
            model_name='run',
            name='plan',
            field=models.JSONField(default=dict, help_text='How many resources are created, changed and destroyed. Empty before the plan.'),
        ),
        migrations.CreateModel(
            name='Output',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=500)),
                ('type', models.JSONField(help_text='As Terraform writes it.', null=True)),
                ('is_sensitive', models.BooleanField()),
                ('is_large', models.BooleanField(help_text='Too large for a page.')),
                ('size', models.PositiveIntegerField(help_text='Bytes of the value as JSON.')),
                ('value', models.JSONField(help_text='Null if it is sensitive or large.', null=True)),
                ('state', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='outputs', to='deployments.stateversion')),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='OutputPart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(help_text='From 0.')),
                ('data', models.BinaryField()),
                ('output', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='deployments.output')),
            ],
            options={
                'ordering': ['number'],
            },
        ),
        migrations.CreateModel(
            name='PlannedChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(help_text='Place in the plan, from 0.')),
                ('address', models.TextField()),
                ('action', models.CharField(help_text="Terraform's: create, update, delete, replace or read.", max_length=20)),
                ('status', models.CharField(choices=[('waiting', 'Waiting'), ('running', 'Working'), ('done', 'Done'), ('failed', 'Failed')], default='waiting', max_length=10)),
                ('seconds', models.PositiveIntegerField(default=0, help_text='Since it was started.')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='deployments.run')),
            ],
            options={
                'ordering': ['position'],
            },
        ),
        migrations.CreateModel(
            name='StateResource',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(help_text='Place in the state, from 0.')),
                ('address', models.TextField()),
                ('state', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='resources', to='deployments.stateversion')),
            ],
            options={
                'ordering': ['position'],
            },
        ),
        migrations.AddConstraint(
            model_name='output',
            constraint=models.UniqueConstraint(fields=('state', 'name'), name='one_output_per_name'),
        ),
        migrations.AddConstraint(
            model_name='outputpart',
            constraint=models.UniqueConstraint(fields=('output', 'number'), name='one_part_per_number'),
        ),
        migrations.AddConstraint(
            model_name='plannedchange',
            constraint=models.UniqueConstraint(fields=('run', 'position'), name='one_change_per_position'),
        ),
        migrations.AddConstraint(
            model_name='stateresource',
            constraint=models.UniqueConstraint(fields=('state', 'position'), name='one_resource_per_position'),
        ),
    ]
