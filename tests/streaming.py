"""What a reader gets of an answer that is sent in pieces."""

from asgiref.sync import async_to_sync


def whole(answer) -> bytes:
    """All bytes of a response, also of a stream."""
    if not answer.streaming:
        return answer.content
    return b"".join(pieces(answer))


def pieces(answer) -> list[bytes]:
    """What a stream sends, a piece at a time."""
    return async_to_sync(_collected)(answer) if answer.is_async else list(answer.streaming_content)


async def _collected(answer) -> list[bytes]:
    return [piece async for piece in answer.streaming_content]
