"""Parses partners' files, one at a time: `python -m modules.reading.parse_process SECONDS BYTES LEVELS`.

Messages on stdin and stdout are JSON, prefixed with its length in four bytes. A file that takes longer than SECONDS or
more than BYTES of memory ends this process and nothing else. It also ends when its parent closes the pipe.
"""

import json
import resource
import signal
import struct
import sys
from typing import IO, Any

from modules.terraform.hcl import read_file

LENGTH = struct.Struct(">I")
WARM_UP = 'variable "a" {\n  type = string\n}\n'


def send(stream: IO[bytes], message: Any) -> None:
    data = json.dumps(message).encode()
    stream.write(LENGTH.pack(len(data)) + data)
    stream.flush()


def receive(stream: IO[bytes]) -> Any:
    """Return the next message. Returns None at the end of the stream."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    size = LENGTH.unpack(head)[0]
    body = stream.read(size)
    return json.loads(body) if len(body) == size else None


def main(seconds: float, memory: int, deepest: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    read_file(WARM_UP, is_json=False)  # builds the grammar once
    send(sys.stdout.buffer, {"ready": True})
    while (message := receive(sys.stdin.buffer)) is not None:
        # The alarm ends this process even when the parent was killed meanwhile.
        signal.setitimer(signal.ITIMER_REAL, seconds)
        answer = read_file(**message, deepest=deepest)
        signal.setitimer(signal.ITIMER_REAL, 0)
        send(sys.stdout.buffer, answer)


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
