"""How findings of a scan are shown."""

from django import template

register = template.Library()


@register.filter
def place(finding: dict) -> str:
    """Where a finding is: "main.tf:3", or the file alone."""
    return f"{finding['file']}:{finding['line']}" if finding["line"] else finding["file"]
