"""What exists after a run, from the states that are kept: the newest one of each run."""

import zlib

from django.db import migrations

from deployments.runs.state import NotAState, parse
from foundation import encryption


def fill(apps, schema_editor):
    Deployment = apps.get_model("deployments", "Deployment")
    Run = apps.get_model("deployments", "Run")
    states = apps.get_model("deployments", "StateVersion").objects.select_related("deployment").order_by("serial")
    for version in states.iterator(chunk_size=1):
        try:
            found = parse(_content(version))
        except (NotAState, encryption.DecryptionFailed, zlib.error):
            continue
        standing = {"count": found.resource_count, "addresses": found.addresses, "outputs": found.outputs}
        Run.objects.filter(pk=version.run_id, finished_at__isnull=False).update(standing=standing)
        Deployment.objects.filter(pk=version.deployment_id).update(addresses=found.addresses)


def _content(version):
    context = f"deployments.deployment:{version.deployment.ref}:state:{version.lineage}:{version.serial}"
    return zlib.decompress(encryption.decrypt(bytes(version.data), context=context))


class Migration(migrations.Migration):
    dependencies = [("deployments", "0007_standing")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
