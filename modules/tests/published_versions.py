"""Modules with a history of versions, made as rows, for tests of what is said and shown of them."""

from deployments.tests.factories import make_version
from modules.models import Module, ModuleVersion

EMPTY = {"variables": [], "outputs": [], "providers": [], "resources": [], "calls": [], "platform": {}}


def variable(name: str, **fields) -> dict:
    """An optional string of the first step, as a scan writes it."""
    facts = {"name": name, "type": "string", "description": "", "default": "", "required": False, "sensitive": False}
    rules = {"nullable": True, "group": 1, "order": None, "updatesafe": True, "options": [], "validations": []}
    return facts | rules | {"file": "main.tf", "line": 1} | fields


def make_module(owner, *, versions: int = 3, schemas=(), by=None, **fields) -> Module:
    """A module named Greeting with the versions 1.0.0, 1.1.0, … of which the last is current.

    `schemas` are those of the versions, the rest have an empty one; `fields` are set on the module.
    """
    shapes = dict(enumerate(schemas, start=1))
    first = make_version({"main.tf": ""}, owner=by or owner, schema=EMPTY | shapes.get(1, {}), commit="1" * 40)
    module = first.module
    for number in range(2, versions + 1):
        module.current_version = add_version(module, number=number, schema=EMPTY | shapes.get(number, {}))
    for name, value in ({"owner": owner} | fields).items():
        setattr(module, name, value)
    module.save()
    return module


def add_version(module: Module, *, number: int, schema=EMPTY, **fields) -> ModuleVersion:
    newest = module.versions.first()
    facts = {"semver": f"1.{number - 1}.0", "bump": "minor", "commit": str(number % 10) * 40, "title": module.title}
    return ModuleVersion.objects.create(
        module=module,
        number=number,
        schema=schema,
        content_hash=newest.content_hash,
        archive=newest.archive,
        published_by=newest.published_by,
        **facts | fields,
    )


def version_of(module: Module, semver: str) -> ModuleVersion:
    return module.versions.get(semver=semver)
