import django.db.models.deletion
import django.db.models.functions.text
import foundation.refs
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('modules', '0004_number_what_is_published'),
    ]

    operations = [
        migrations.AlterField(
            model_name='module',
            name='slug',
            field=models.SlugField(help_text="Names it in Terraform's registry addresses; never changes.", max_length=64),
        ),
        migrations.AlterField(
            model_name='moduleversion',
            name='semver',
            field=models.CharField(help_text="As Terraform's registry protocol wants it, without a v.", max_length=60),
        ),
        migrations.RemoveField(
            model_name='module',
            name='named_people',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='moduleversion',
            trigger=pgtrigger.compiler.Trigger(name='versions_never_change', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."ref" IS DISTINCT FROM (NEW."ref") OR OLD."module_id" IS DISTINCT FROM (NEW."module_id") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."semver" IS DISTINCT FROM (NEW."semver") OR OLD."bump" IS DISTINCT FROM (NEW."bump") OR OLD."changes" IS DISTINCT FROM (NEW."changes") OR OLD."commits" IS DISTINCT FROM (NEW."commits") OR OLD."tag" IS DISTINCT FROM (NEW."tag") OR OLD."branch" IS DISTINCT FROM (NEW."branch") OR OLD."commit" IS DISTINCT FROM (NEW."commit") OR OLD."committed_at" IS DISTINCT FROM (NEW."committed_at") OR OLD."content_hash" IS DISTINCT FROM (NEW."content_hash") OR OLD."archive_id" IS DISTINCT FROM (NEW."archive_id") OR OLD."schema" IS DISTINCT FROM (NEW."schema") OR OLD."readme" IS DISTINCT FROM (NEW."readme") OR OLD."advice" IS DISTINCT FROM (NEW."advice") OR OLD."title" IS DISTINCT FROM (NEW."title") OR OLD."description" IS DISTINCT FROM (NEW."description") OR OLD."tags" IS DISTINCT FROM (NEW."tags") OR OLD."credit_cost" IS DISTINCT FROM (NEW."credit_cost") OR OLD."purchased_only" IS DISTINCT FROM (NEW."purchased_only") OR OLD."published_by_id" IS DISTINCT FROM (NEW."published_by_id") OR OLD."published_at" IS DISTINCT FROM (NEW."published_at"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='65a9670e57afcc89c4fc7ea667faf72e480ccc93', operation='UPDATE', pgid='pgtrigger_versions_never_change_a6a47', table='modules_moduleversion', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='moduleversion',
            trigger=pgtrigger.compiler.Trigger(name='versions_are_never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='7ad92a8d2a9b31a394f70c08641cf19d0f73d534', operation='DELETE', pgid='pgtrigger_versions_are_never_deleted_3e880', table='modules_moduleversion', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='module',
            constraint=models.UniqueConstraint(fields=('owner', 'slug'), name='one_module_per_registry_address', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='moduleversion',
            constraint=models.UniqueConstraint(fields=('module', 'semver'), name='one_version_per_semver'),
        ),
    ]
