"""Give what was published before its semantic versions and its registry address, and its named people as addresses."""

from django.db import migrations
from django.utils.text import slugify


def forwards(apps, schema_editor):
    models = {name: apps.get_model("modules", name) for name in ("Module", "ModuleVersion", "Share")}
    for version in models["ModuleVersion"].objects.only("number").iterator():
        bump = "first" if version.number == 1 else "minor"
        semver = f"1.{version.number - 1}.0"
        models["ModuleVersion"].objects.filter(pk=version.pk).update(semver=semver, bump=bump)
    taken = set()
    for module in models["Module"].objects.order_by("pk"):
        name = (module.path or module.repository_name).rsplit("/", 1)[-1]
        slug = slugify(name)[:50].strip("-_") or module.ref
        slug = f"{slug}-{module.ref}" if (module.owner_id, slug) in taken else slug
        taken.add((module.owner_id, slug))
        models["Module"].objects.filter(pk=module.pk).update(slug=slug)
        for person in module.named_people.all():
            models["Share"].objects.create(module=module, email=person.email)


class Migration(migrations.Migration):

    dependencies = [
        ('modules', '0003_versions_and_audiences'),
    ]

    operations = [
        migrations.RunPython(forwards, migrations.RunPython.noop),
    ]
