"""32 clients ask for one page as fast as they get it: pages a second, what a page costs, and whether memory grows."""

import re
import socket
import threading
import time
from collections.abc import Iterator

import psutil

from bench.figures import Figure, p95
from bench.world import World, sign_in

PAGE = "/deployments/"
CLIENTS = 32
PAGES = 600  # of a sample
SAMPLES = 5
MORE = 3_000  # pages after the samples, between two looks at the memory; 20,000 show the same
MB = 1024**2
RECEIVED = 64 * 1024  # bytes at once
OF = "the same, processor of {} for a page"
LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)


def many_pages(world: World) -> list[Figure]:
    clients = Clients(world)
    clients.ask(PAGES)  # templates are compiled, and connections opened, by the first
    samples = [clients.ask(PAGES) for _ in range(SAMPLES)]
    before = clients.memory()
    clients.ask(MORE)
    rates = [PAGES / sample.seconds for sample in samples]
    return [
        Figure("web.pages_per_second", f"pages of {PAGE} a second for {CLIENTS} clients on the same cores", "", rates),
        Figure("web.p95", "the same, 95th percentile of a page", "s", [p95(sample.times) for sample in samples]),
        Figure("web.processor", OF.format("web"), "s", [sample.web for sample in samples]),
        Figure("web.processor_postgres", OF.format("PostgreSQL"), "s", [sample.postgres for sample in samples]),
        Figure("web.processor_clients", OF.format("the clients"), "s", [sample.clients for sample in samples]),
        Figure("web.memory", f"growth of all web processes by {MORE} pages more", "MB", [clients.memory() - before]),
    ]


class Sample:
    """Times of pages, seconds that all took together, and processor seconds of each part for one page."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.seconds = self.web = self.postgres = self.clients = 0.0


class Clients:
    """Alice in many tabs. They read each answer to its last byte, and cost little beside what they measure."""

    def __init__(self, world: World) -> None:
        session = sign_in(world.url, "alice@example.com", "demo-portal")
        cookie = "; ".join(f"{cookie.name}={cookie.value}" for cookie in session.cookies)
        self.request = f"GET {PAGE} HTTP/1.1\r\nHost: 127.0.0.1:{world.port}\r\nCookie: {cookie}\r\n\r\n".encode()
        self.port, self.web, self.postgres = world.port, world.web(), world.postgres()

    def ask(self, number: int) -> Sample:
        """Ask for the page so many times."""
        sample, left = Sample(), iter(range(number))
        before, began = self._used(), time.perf_counter()
        threads = [threading.Thread(target=self._ask, args=[sample, left]) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        sample.seconds = time.perf_counter() - began
        used = [(after - start) / number for start, after in zip(before, self._used(), strict=True)]
        sample.web, sample.postgres, sample.clients = used
        if len(sample.times) != number:
            raise SystemExit(f"{number - len(sample.times)} of {number} pages were not served.")
        return sample

    def _ask(self, sample: Sample, left: Iterator[int]) -> None:
        with socket.create_connection(("127.0.0.1", self.port), timeout=120) as connection:
            for _ in left:
                began = time.perf_counter()
                connection.sendall(self.request)
                if _answer(connection).startswith(b"HTTP/1.1 200 "):
                    sample.times.append(time.perf_counter() - began)

    def _used(self) -> list[float]:
        mine = time.process_time()
        return [_processor(self.web), _processor(self.postgres), mine]

    def memory(self) -> float:
        return sum(process.memory_info().rss for process in (self.web, *self.web.children())) / MB


def _answer(connection: socket.socket) -> bytes:
    """The head of an answer that was read whole."""
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += _received(connection)
    head, _, body = answer.partition(b"\r\n\r\n")
    missing = int(LENGTH.search(head + b"\r\n")[1]) - len(body)
    while missing > 0:
        missing -= len(_received(connection))
    return head


def _received(connection: socket.socket) -> bytes:
    if received := connection.recv(RECEIVED):
        return received
    raise SystemExit("The portal closed a connection.")


def _processor(parent: psutil.Process) -> float:
    """Seconds of processor that a process and all that it started have used, those that have ended too."""
    ended = parent.cpu_times()
    used = [process.cpu_times() for process in (parent, *parent.children())]
    return ended.children_user + ended.children_system + sum(times.user + times.system for times in used)
