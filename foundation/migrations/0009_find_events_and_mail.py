import django.contrib.postgres.indexes
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('foundation', '0008_faults'),
        ('accounts', '0010_people_by_words'),  # makes the extension pg_trgm, and drops it when it is undone
    ]

    operations = [
        migrations.AddIndex(
            model_name='auditevent',
            index=models.Index(fields=['verb', '-id'], name='audit_by_verb'),
        ),
        migrations.AddIndex(
            model_name='auditevent',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Lower(django.db.models.functions.text.Concat(models.F('by'), models.Value(' '), models.F('verb'), models.Value(' '), models.F('target'), output_field=models.TextField())), name='gin_trgm_ops'), name='audit_by_words'),
        ),
        migrations.AddIndex(
            model_name='outboxmessage',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Lower(django.db.models.functions.text.Concat(models.F('to'), models.Value(' '), models.F('subject'), output_field=models.TextField())), name='gin_trgm_ops'), name='mail_by_words'),
        ),
    ]
