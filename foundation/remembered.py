"""What one page reads once, however often it asks. Nothing is remembered from one request to the next."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

Result = TypeVar("Result")
_memory: ContextVar[dict[Hashable, object] | None] = ContextVar("memory", default=None)


@contextmanager
def remembering() -> Iterator[None]:
    """Within the block, `once` reads each thing once."""
    token = _memory.set({})
    try:
        yield
    finally:
        _memory.reset(token)


def once(key: Hashable, read: Callable[[], Result]) -> Result:
    """What `read` returned for this key before, in the same request; outside of one it is read each time."""
    memory = _memory.get()
    if memory is None:
        return read()
    if key not in memory:
        memory[key] = read()
    return memory[key]  # type: ignore[return-value]


def forget(key: Hashable) -> None:
    """For whoever changes what was read."""
    if memory := _memory.get():
        memory.pop(key, None)
