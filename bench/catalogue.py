"""Generates a repository to scan: 90 modules, 2.4 MB of HCL, deterministic for a seed, no two files equal.

Types, groups and flags of variables are distributed as in public catalogues that follow the RAD conventions.
"""

import random
from collections.abc import Callable

MODULES = 90
BYTES = 2_400_000
SEED = 90
VARIABLES = 41  # per module; 495 in 12 modules were counted
GROUPS = {0: 239, 1: 89, 2: 43, 3: 104, 4: 8, None: 12}
UPDATESAFE = 281 / 495
OPTIONS = 19 / 495
VALIDATED = 162 / 495
WORDS = [
    "network",
    "subnet",
    "region",
    "zone",
    "project",
    "service",
    "account",
    "bucket",
    "cluster",
    "node",
    "pool",
    "disk",
    "image",
    "secret",
    "backup",
    "policy",
    "member",
    "label",
    "quota",
    "gateway",
    "route",
    "proxy",
    "domain",
    "record",
    "health",
    "probe",
    "schedule",
    "window",
    "retention",
    "replica",
]
PROJECT = """locals {
  project = { project_id = "example" }
}

resource "google_project_service" "enabled" {
  service = "compute.googleapis.com"
}
"""
OBJECT = "object({{ {} }})"


def files() -> dict[str, str]:
    """Path and text of every file."""
    chance = random.Random(SEED)
    written: dict[str, str] = {}
    for number in range(MODULES):
        folder = f"{chance.choice(WORDS)}_{chance.choice(WORDS)}_{number:02}"
        for name, text in module(chance, number).items():
            written[f"{folder}/{name}"] = text
    return written


def module(chance: random.Random, number: int) -> dict[str, str]:
    names = [f"{chance.choice(WORDS)}_{chance.choice(WORDS)}_{index}" for index in range(VARIABLES)]
    parts = {
        "variables.tf": "\n".join(_variable(chance, name) for name in names),
        "versions.tf": _versions(number),
        "outputs.tf": "\n".join(_output(chance, name, number) for name in chance.sample(names, 8)),
        "README.md": f"# Module {number}\n",
    }
    main, size = [PROJECT], sum(len(text) for name, text in parts.items() if name.endswith(".tf"))
    while size < BYTES / MODULES:
        block = _resource(chance, names, f"r{number}_{len(main)}")
        main.append(block)
        size += len(block) + 1
    return parts | {"main.tf": "\n".join(main)}


def _versions(number: int) -> str:
    return (
        'terraform {\n  required_version = ">= 1.5"\n  required_providers {\n'
        f'    google = {{\n      source  = "hashicorp/google"\n      version = "~> 6.{number}"\n    }}\n  }}\n}}\n'
    )


def _variable(chance: random.Random, name: str) -> str:
    make_type, make_default, weight = zip(*TYPES, strict=True)
    index = chance.choices(range(len(TYPES)), weight)[0]
    kind, default = make_type[index](chance), make_default[index](chance)
    lines = [
        f'variable "{name}" {{',
        f'  description = "{_sentence(chance)}{_tag(chance, kind)}"',
        f"  type        = {kind}",
    ]
    if default is not None:
        lines.append(f"  default     = {default}")
    if chance.random() < 0.05:
        lines.append("  sensitive   = true")
    if chance.random() < 0.05 and default != "null":
        lines.append("  nullable    = false")
    if kind == "string" and chance.random() < VALIDATED:
        lines += [
            "  validation {",
            f'    condition     = can(regex("^[a-z][a-z0-9-]{{0,{chance.randint(10, 60)}}}$", var.{name}))',
            f'    error_message = "{_sentence(chance)}"',
            "  }",
        ]
    return "\n".join([*lines, "}\n"])


def _tag(chance: random.Random, kind: str) -> str:
    group = chance.choices(list(GROUPS), list(GROUPS.values()))[0]
    if group is None:
        return ""
    options = " options=small,medium,large" if kind == "string" and chance.random() < OPTIONS else ""
    safe = " updatesafe" if chance.random() < UPDATESAFE else ""
    return f" {{{{UIMeta group={group} order={chance.randint(1, 60)}{safe}{options} }}}}"


def _output(chance: random.Random, name: str, number: int) -> str:
    return (
        f'output "{name}_{number}" {{\n  description = "{_sentence(chance)}"\n'
        f"  value       = var.{name}\n  sensitive   = true\n}}\n"
    )


def _resource(chance: random.Random, names: list[str], label: str) -> str:
    one, two, three = chance.sample(names, 3)
    return f"""resource "google_{chance.choice(WORDS)}_{chance.choice(WORDS)}" "{label}" {{
  for_each = {{ for key, value in try(var.{one}, {{}}) : key => value if value != null }}
  project  = local.project.project_id
  name     = "${{var.{two}}}-${{each.key}}-{label}"
  # {_sentence(chance)}
  labels = merge(var.{three}, {{
    owner = "team-{chance.randint(1, 99)}"
    tier  = try(each.value.tier, "{chance.choice(WORDS)}")
  }})

  dynamic "rule" {{
    for_each = length(var.{two}) > {chance.randint(0, 9)} ? [1] : []
    content {{
      ports = [{chance.randint(1, 9999)}, {chance.randint(1, 9999)}]
      text  = <<-EOT
        {_sentence(chance)}
        ${{jsonencode(var.{three})}}
      EOT
    }}
  }}

  depends_on = [google_project_service.enabled]
}}
"""


def _sentence(chance: random.Random) -> str:
    return f"{' '.join(chance.choices(WORDS, k=chance.randint(5, 14))).capitalize()}."


def _attributes(chance: random.Random, most: int) -> str:
    count = chance.randint(2, most)
    return ", ".join(f"{chance.choice(WORDS)}_{index} = optional(string)" for index in range(count))


def _word(chance: random.Random) -> str:
    return chance.choice([f'"{chance.choice(WORDS)}"', '""', "null"])


def _heredoc(chance: random.Random) -> str:
    return f"<<-EOT\n    {_sentence(chance)}\n    {_sentence(chance)}\n  EOT"


def _same(text: str | None) -> Callable[[random.Random], str | None]:
    return lambda chance: text


# Type, default (None: required) and how many of a hundred variables are like that.
TYPES = (
    (_same("string"), _word, 38),
    (_same("string"), _same(None), 10),
    (_same("string"), _heredoc, 3),
    (_same("bool"), lambda chance: chance.choice(["true", "false"]), 18),
    (_same("number"), lambda chance: str(chance.randint(0, 500)), 9),
    (_same("list(string)"), lambda chance: f'["{chance.choice(WORDS)}"]', 8),
    (_same("list(number)"), _same("[1, 2]"), 1),
    (_same("set(string)"), _same("[]"), 2),
    (_same("map(string)"), _same("{}"), 4),
    (lambda chance: f"map({OBJECT.format(_attributes(chance, 6))})", _same("{}"), 2),
    (lambda chance: OBJECT.format(_attributes(chance, 6)), _same("null"), 1),
    (lambda chance: f"list({OBJECT.format(_attributes(chance, 17))})", _same("[]"), 2),
    (_same("list(any)"), _same("[]"), 1),
    (_same("any"), _same("null"), 1),
)
