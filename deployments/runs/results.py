"""What a state says exists: resources and outputs as rows of their own, so that no page reads a state."""

from collections.abc import Callable, Iterator

from django.db.models import Q

from deployments.inputs import values
from deployments.models import Output, OutputPart, StateResource, StateVersion
from deployments.sandbox.json_text import loaded, pieces
from deployments.sandbox.state_file import OutputFound, StateFile

LARGE = 64 * 1024  # bytes of a value as JSON; a larger one is cut on pages
SHOWN = 256 * 1024  # bytes of all values together that pages show whole
BATCH = 1_000


def keep(version: StateVersion, state: StateFile, clean: Callable[[str], str] = str) -> None:
    """Write what a stored state says as rows; `clean` masks secrets in addresses, which hold the keys of for_each."""
    addresses = enumerate(map(clean, state.addresses))
    resources = [StateResource(state=version, position=at, address=address) for at, address in addresses]
    StateResource.objects.bulk_create(resources, batch_size=BATCH)
    left = SHOWN
    for found in state.outputs:
        output = _output(version, found, is_large=found.size > min(LARGE, left))
        left -= 0 if output.is_large or output.is_sensitive else found.size
        output.save()
        if output.is_large or output.is_sensitive:
            _keep_parts(output, found)


def forget_values(state_id: int | None) -> None:
    """Delete the values of a state that is no longer the newest, but for what its page shows."""
    parts = OutputPart.objects.filter(output__state=state_id)
    parts.filter(Q(number__gt=0) | Q(output__is_sensitive=True)).delete()


def _output(version: StateVersion, found: OutputFound, *, is_large: bool) -> Output:
    is_shown = not (is_large or found.is_sensitive)
    return Output(
        state=version,
        name=found.name,
        type=found.type,
        is_sensitive=found.is_sensitive,
        is_large=is_large,
        size=found.size,
        value=loaded(found.value) if is_shown else None,
    )


def _keep_parts(output: Output, found: OutputFound) -> None:
    for number, text in enumerate(_texts(found)):
        part = OutputPart(output=output, number=number)
        part.content = text
        part.save()


def _texts(found: OutputFound) -> Iterator[bytes]:
    if found.size > LARGE:
        return pieces(found.value, LARGE)
    return iter([values.show(loaded(found.value)).encode()])
