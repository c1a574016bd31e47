"""Filters for findings of a scan and items of a schema."""

from collections.abc import Mapping
from typing import Any

from django import template

from modules.pages.markdown import light

register = template.Library()
register.filter("described", light)


@register.filter
def place(row: Mapping[str, Any]) -> str:
    """The position of a finding or of an item of a schema: "main.tf:3", or the file alone."""
    file, line = row.get("file", ""), row.get("line")
    return f"{file}:{line}" if line else file
