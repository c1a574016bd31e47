"""How findings of a scan, and rows of a schema, are shown."""

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def place(row: Mapping[str, Any]) -> str:
    """Where a finding, or what a row of a schema declares, is: "main.tf:3", or the file alone."""
    file, line = row.get("file", ""), row.get("line")
    return f"{file}:{line}" if line else file
