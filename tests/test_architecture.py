"""docs/architecture.md is complete: it names every file in its room, and every model."""

import re
from pathlib import Path

from django.apps import apps
from django.conf import settings

APPS = ["foundation", "accounts", "billing", "modules", "deployments", "partnerportal"]
IN_EVERY_APP = {"__init__.py", "apps.py", "urls.py", "tasks.py", "admin.py"}
UNNAMED = {"tests", "migrations", "management"}
PAGE = (settings.BASE_DIR / "docs" / "architecture.md").read_text()


def drawn() -> set[str]:
    """Paths of the files in the drawing: `app/` begins a line, `  room/` an indented one, `    room/` one inside it."""
    block = PAGE.partition("## Layout")[2].split("```")[1]
    rooms: list[str] = []
    found = set()
    for line in block.splitlines():
        if heading := re.match(r"((?:  ){0,2})(\w+)/(?: |$)", line):
            rooms = [*rooms[: len(heading[1]) // 2], heading[2]]
            line = line[heading.end() :]
        found |= {"/".join([*rooms, path]) for path in re.findall(r"[\w/]+\.py\b", line)}
    return {path for path in found if path.split("/")[0] in APPS}


def standing() -> set[str]:
    files = [path.relative_to(settings.BASE_DIR) for app in APPS for path in Path(settings.BASE_DIR, app).rglob("*.py")]
    return {str(path) for path in files if path.name not in IN_EVERY_APP and UNNAMED.isdisjoint(path.parts)}


def test_every_file_is_drawn_in_its_room():
    assert standing() - drawn() == set()


def test_every_drawn_file_is_there():
    named = {path for path in drawn() if path.rpartition("/")[2] not in IN_EVERY_APP}
    assert named - standing() == set()


def test_every_model_is_in_the_table():
    models = {model.__name__ for app in APPS[:5] for model in apps.get_app_config(app).get_models()}
    assert {name for name in models if f"`{name}`" not in PAGE} == set()
