"""Say of what was published before in which folder it was: no module had ever moved."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations
from django.db.models import OuterRef, Subquery


def forwards(apps, schema_editor):
    modules = apps.get_model("modules", "Module").objects.filter(pk=OuterRef("module_id"))
    apps.get_model("modules", "ModuleVersion").objects.update(path=Subquery(modules.values("path")))


class Migration(migrations.Migration):

    dependencies = [
        ('modules', '0006_versions_know_their_folder'),
    ]

    operations = [
        migrations.RunPython(forwards, migrations.RunPython.noop),
        pgtrigger.migrations.AddTrigger(
            model_name='moduleversion',
            trigger=pgtrigger.compiler.Trigger(name='versions_never_change', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."ref" IS DISTINCT FROM (NEW."ref") OR OLD."module_id" IS DISTINCT FROM (NEW."module_id") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."semver" IS DISTINCT FROM (NEW."semver") OR OLD."bump" IS DISTINCT FROM (NEW."bump") OR OLD."changes" IS DISTINCT FROM (NEW."changes") OR OLD."commits" IS DISTINCT FROM (NEW."commits") OR OLD."tag" IS DISTINCT FROM (NEW."tag") OR OLD."branch" IS DISTINCT FROM (NEW."branch") OR OLD."path" IS DISTINCT FROM (NEW."path") OR OLD."commit" IS DISTINCT FROM (NEW."commit") OR OLD."committed_at" IS DISTINCT FROM (NEW."committed_at") OR OLD."content_hash" IS DISTINCT FROM (NEW."content_hash") OR OLD."archive_id" IS DISTINCT FROM (NEW."archive_id") OR OLD."schema" IS DISTINCT FROM (NEW."schema") OR OLD."readme" IS DISTINCT FROM (NEW."readme") OR OLD."advice" IS DISTINCT FROM (NEW."advice") OR OLD."title" IS DISTINCT FROM (NEW."title") OR OLD."description" IS DISTINCT FROM (NEW."description") OR OLD."tags" IS DISTINCT FROM (NEW."tags") OR OLD."credit_cost" IS DISTINCT FROM (NEW."credit_cost") OR OLD."purchased_only" IS DISTINCT FROM (NEW."purchased_only") OR OLD."published_by_id" IS DISTINCT FROM (NEW."published_by_id") OR OLD."published_at" IS DISTINCT FROM (NEW."published_at"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='6c106e09e469a210b94ac75d6c07d9ec6ac2e018', operation='UPDATE', pgid='pgtrigger_versions_never_change_a6a47', table='modules_moduleversion', when='BEFORE')),
        ),
    ]
