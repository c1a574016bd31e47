"""The terminal's card, on whatever page shows a version."""

from dataclasses import dataclass

from django import template

from modules import registry, terminal

register = template.Library()


@dataclass(frozen=True)
class Card:
    host: str
    snippet: str
    token_variable: str
    is_https: bool


@register.simple_tag(takes_context=True)
def terminal_card(context, module, version) -> Card | None:
    """What the card says to the person who asks; None for a version that Terraform would not get."""
    request = context["request"]
    if not registry.offers(version, to=request.user):
        return None
    host = request.get_host()
    snippet = terminal.snippet(
        source=f"{host}/{registry.address(module)}",
        version=version.semver,
        name=module.slug,
        variables=version.schema["variables"],
    )
    return Card(host, snippet, terminal.token_variable(host), request.is_secure())
