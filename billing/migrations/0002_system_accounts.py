from django.db import migrations

KINDS = ["issuance", "fees", "breakage", "payouts"]


def open_system_accounts(apps, schema_editor):
    Account = apps.get_model("billing", "Account")
    Account.objects.bulk_create([Account(kind=kind) for kind in KINDS])


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]

    operations = [migrations.RunPython(open_system_accounts, migrations.RunPython.noop)]
