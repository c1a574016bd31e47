"""The code to paste to use a module from its registry address in Terraform."""

import re

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from modules.terraform.schema import Variable
from modules.terraform.short_texts import shown_type

SHORT = 40  # characters of a type that a comment shows in full
PLACEHOLDERS = {"string": '""', "number": "0", "bool": "false", "list": "[]", "set": "[]", "tuple": "[]"}
PLACEHOLDERS |= {"map": "{}", "object": "{}"}


def snippet(*, source: str, version: str, name: str, variables: list[Variable]) -> str:
    """A module block with the required inputs, formatted as by `terraform fmt`.

    `variables` are those of a schema. A placeholder has the right type, not a meaningful value.
    """
    lines = [f'module "{_label(name)}" {{', f'  source  = "{source}"', f'  version = "{version}"']
    required = [variable for variable in variables if variable["required"]]
    if required:
        lines += ["", *_arguments(required)]
    return "\n".join([*lines, "}"])


def token_variable(host: str) -> str:
    """The name of the environment variable for a host's token; blank for a host with a port.

    Source: "Environment Variable Credentials" of Terraform's CLI configuration. A shell takes no colon in a name.
    """
    return "" if ":" in host else "TF_TOKEN_" + host.replace("-", "__").replace(".", "_")


def needed_token(host: str) -> SafeString:
    """Which token Terraform needs for `host`, and where it goes."""
    variable = token_variable(host)
    elsewhere = format_html("the environment variable <code>{}</code> or in ", variable) if variable else ""
    return format_html(
        'You need an <a href="{}#tokens">API token</a>. '
        'Put it in {}<code>~/.terraformrc</code>: <code>credentials "{}" {{ token = "pp_…" }}</code>',
        reverse("accounts:profile"),
        elsewhere,
        host,
    )


def _arguments(required: list[Variable]) -> list[str]:
    rows = [(row["name"], _placeholder(row["type"]), _comment(row)) for row in required]
    names = max(len(name) for name, _, _ in rows)
    values = max(len(value) for _, value, _ in rows)
    return [f"  {name:{names}} = {value:{values}} # {comment}" for name, value, comment in rows]


def _placeholder(kind: str) -> str:
    return PLACEHOLDERS.get(_head(kind), "null")


def _comment(variable: Variable) -> str:
    kind = shown_type(variable)
    shown = kind if len(kind) <= SHORT and "\n" not in kind else ""
    return (shown or f"{_head(kind)}, see Inputs") + (", sensitive" if variable["sensitive"] else "")


def _head(kind: str) -> str:
    return kind.partition("(")[0].strip()


def _label(name: str) -> str:
    """The module's name as a valid label of Terraform: it begins with a letter or an underscore."""
    label = re.sub(r"[^0-9A-Za-z_-]", "_", name)
    return label if re.match(r"[A-Za-z_]", label) else f"_{label}"
