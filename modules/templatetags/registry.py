"""The card "Use from a terminal", for every page that shows a version."""

from dataclasses import dataclass
from typing import Any, TypeAlias

from django import template
from django.template import Context
from django.utils.safestring import SafeString

from modules.models import Module
from modules.registry import offers, snippet

register = template.Library()
WithPage: TypeAlias = Any  # a ModuleVersion of modules/views/page_rows.py


@dataclass(frozen=True)
class Card:
    host: str
    snippet: str
    token: SafeString
    is_https: bool


@register.simple_tag(takes_context=True)
def terminal_card(context: Context, module: Module, version: WithPage) -> Card | None:
    """Return the card's texts. Returns None when Terraform cannot download the version for this person."""
    if not version.is_downloadable:
        return None
    request = context["request"]
    host = request.get_host()
    block = snippet.snippet(
        source=f"{host}/{offers.address(module)}",
        version=version.semver,
        name=module.slug,
        variables=version.schema["variables"],
    )
    return Card(host, block, snippet.needed_token(host), request.is_secure())
