"""Watchers of one live log in a process of their own: `python -m bench.log_client host port path`.

Reads one session a line, prints a line when all are connected or refused, and at the end of the run the lags as JSON.
"""

import asyncio
import json
import re
import sys
import time

TOGETHER = 50  # connections that are opened at once
STAMP = re.compile(rb"^data: .sent at (\d+\.\d+)$", re.MULTILINE)


class Watchers:
    """Everybody's streams, and the seconds between a line's writing and its arrival at each."""

    def __init__(self, host: str, port: int, path: str) -> None:
        self.host, self.port, self.path = host, port, path
        self.statuses: list[int] = []
        self.lags: list[float] = []
        self._turns = asyncio.Semaphore(TOGETHER)

    async def watch(self, sessions: list[str]) -> None:
        streams = await asyncio.gather(*map(self._open, sessions))
        print(json.dumps({"connected": self.statuses.count(200)}), flush=True)
        await asyncio.gather(*(self._read(stream) for stream in streams))

    async def _open(self, session: str) -> asyncio.StreamReader:
        async with self._turns:
            reader, writer = await asyncio.open_connection(self.host, self.port)
            writer.write(
                f"GET {self.path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n"
                f"Cookie: sessionid={session}\r\nConnection: close\r\n\r\n".encode()
            )
            head = await reader.readuntil(b"\r\n\r\n")
        self.statuses.append(int(head.split(b" ")[1]))
        reader.writer = writer  # type: ignore[attr-defined]  # kept open as long as it is read
        return reader

    async def _read(self, stream: asyncio.StreamReader) -> None:
        while piece := await stream.read(65_536):
            now = time.time()
            self.lags += [now - float(stamp) for stamp in STAMP.findall(piece)]


def main() -> None:
    host, port, path = sys.argv[1:]
    watchers = Watchers(host, int(port), path)
    asyncio.run(watchers.watch(sys.stdin.read().split()))
    print(json.dumps(watchers.lags), flush=True)


if __name__ == "__main__":
    main()
