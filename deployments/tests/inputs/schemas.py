"""Variables as the catalogue stores them, for tests of forms."""


def variable(name, type_="string", **fields):
    """One variable of a schema; without `default` it is required."""
    has_default = "default" in fields or "default_expression" in fields
    return {
        "name": name,
        "type": type_,
        "description": "",
        "default": None,
        "required": not has_default,
        "sensitive": False,
        "nullable": True,
        "group": None,
        "order": None,
        "updatesafe": False,
        "options": [],
        "validations": [],
        "file": "variables.tf",
        "line": 1,
    } | fields


def schema(*variables, outputs=()):
    return {"variables": list(variables), "outputs": list(outputs), "platform": {}}
