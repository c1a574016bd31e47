"""Note which sensitive values were stored before; all that may be, where they cannot be decrypted."""

import json

from django.db import migrations

from foundation.encryption import DecryptionFailed, decrypt


def forwards(apps, schema_editor):
    for name in ("Deployment", "Draft", "Run"):
        model = apps.get_model("deployments", name)
        for row in model.objects.exclude(secret_inputs=b"").select_related("version").iterator(chunk_size=100):
            model.objects.filter(pk=row.pk).update(secret_names=_names(row, f"deployments.{name.lower()}"))


def _names(row, label):
    try:
        return sorted(json.loads(decrypt(bytes(row.secret_inputs), context=f"{label}:{row.ref}:inputs")))
    except DecryptionFailed:
        return sorted(each["name"] for each in row.version.schema["variables"] if each["sensitive"])


class Migration(migrations.Migration):

    dependencies = [
        ('deployments', '0005_secret_names_and_input_errors'),
    ]

    operations = [
        migrations.RunPython(forwards, migrations.RunPython.noop),
    ]
