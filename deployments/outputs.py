"""The outputs of a deployment or of an old run, as its page shows them."""

from collections.abc import Iterable
from dataclasses import dataclass

from deployments.inputs import values
from deployments.models import Deployment, Output, OutputPart, Run

MOST_BEGINNINGS = 4  # of large values on one page


@dataclass(frozen=True)
class ShownOutput:
    """An output on a page: `text` is blank if it is hidden or not kept, and the beginning of a large one."""

    name: str
    description: str
    text: str
    is_hidden: bool
    is_large: bool
    size: int


def shown(given: Deployment | Run, *, revealed: Output | None = None) -> list[ShownOutput]:
    """The outputs, sorted by name; `revealed` is a sensitive one to show, which may raise DecryptionFailed."""
    descriptions = {output["name"]: output["description"] for output in given.version.schema["outputs"]}
    found = list(Output.objects.filter(state=given.state_id))
    large = [output for output in found if output.is_large and not output.is_sensitive]
    kept = _beginnings([*large[:MOST_BEGINNINGS], *([revealed] if revealed else [])])
    return [
        ShownOutput(
            output.name,
            descriptions.get(output.name, ""),
            kept.get(output.pk, "") if output.is_sensitive or output.is_large else values.show(output.value),
            output.is_sensitive and output != revealed,
            output.is_large,
            output.size,
        )
        for output in found
    ]


def _beginnings(outputs: Iterable[Output]) -> dict[int, str]:
    """The first parts of the values of some outputs, by key."""
    wanted = {output.pk: output for output in outputs}
    if not wanted:
        return {}
    parts = OutputPart.objects.filter(output__in=wanted, number=0).select_related("output__state__deployment")
    heavy = ("output__state__data", "output__state__deployment__inputs", "output__state__deployment__secret_inputs")
    return {part.output_id: part.content.decode(errors="ignore") for part in parts.defer(*heavy)}
