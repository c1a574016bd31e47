"""Schemas of small texts, and what differs between two of them."""

from modules.terraform.declarations import combine
from modules.terraform.hcl import read_file
from modules.versions.compare import compare


def schema(text):
    return combine({"main.tf": read_file(text, is_json=False)})[0] | {"tree": {}}


def changes(before, after):
    return [(change.what, change.name, change.before, change.after, change.bump) for change in compare(before, after)]


def of_texts(before, after):
    return changes(schema(before), schema(after))


def calling(text, **folders):
    """A schema that calls local folders, each given by its text; `db` is called by source = "./db"."""
    tree = {name: _targeted(schema(inner)) for name, inner in folders.items()}
    return _targeted(schema(text)) | {"tree": tree}


def _targeted(found):
    calls = [call | {"target": call["source"].rsplit("/", 1)[-1]} for call in found["calls"]]
    return found | {"calls": calls}
