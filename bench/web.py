"""32 clients ask for one page as fast as they get it: pages a second, what a page costs, and whether memory grows."""

import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection

import psutil

from bench.figures import Figure, p95
from bench.world import World, sign_in

PAGE = "/deployments/"
CLIENTS = 32
PAGES = 600  # of a sample
SAMPLES = 5
MORE = 3_000  # pages after the samples, between two looks at the memory; 20,000 show the same
MB = 1024**2


def many_pages(world: World) -> list[Figure]:
    client = Clients(world)
    client.ask(PAGES)  # templates are compiled, and connections opened, by the first
    samples = [client.ask(PAGES) for _ in range(SAMPLES)]
    before = client.memory()
    client.ask(MORE)
    return [
        Figure(
            "web.pages_per_second",
            f"pages of {PAGE} a second for {CLIENTS} clients, who run on the same cores",
            "",
            [PAGES / sample.seconds for sample in samples],
        ),
        Figure("web.p95", "the same, 95th percentile of a page", "s", [p95(sample.times) for sample in samples]),
        Figure("web.processor", "the same, processor of web for a page", "s", [sample.web for sample in samples]),
        Figure(
            "web.processor_postgres",
            "the same, processor of PostgreSQL for a page",
            "s",
            [sample.postgres for sample in samples],
        ),
        Figure("web.memory", f"growth of all web processes by {MORE} pages more", "MB", [client.memory() - before]),
    ]


class Sample:
    """Times of pages, seconds that all took together, and processor seconds of web and PostgreSQL for one."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.seconds = self.web = self.postgres = 0.0


class Clients:
    """Alice in many tabs."""

    def __init__(self, world: World) -> None:
        session = sign_in(world.url, "alice@example.com", "demo-portal")
        self.cookie = "; ".join(f"{cookie.name}={cookie.value}" for cookie in session.cookies)
        self.port, self.web, self.postgres = world.port, world.web(), world.postgres()

    def ask(self, number: int) -> Sample:
        """Ask for the page so many times."""
        sample, left = Sample(), iter(range(number))
        web, postgres, began = _processor(self.web), _processor(self.postgres), time.perf_counter()
        threads = [threading.Thread(target=self._ask, args=[sample, left]) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        sample.seconds = time.perf_counter() - began
        sample.web = (_processor(self.web) - web) / number
        sample.postgres = (_processor(self.postgres) - postgres) / number
        if len(sample.times) != number:
            raise SystemExit(f"{number - len(sample.times)} of {number} pages were not served.")
        return sample

    def _ask(self, sample: Sample, left: Iterator[int]) -> None:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=120)
        for _ in left:
            began = time.perf_counter()
            connection.request("GET", PAGE, headers={"Cookie": self.cookie})
            answer = connection.getresponse()
            answer.read()
            if answer.status == 200:
                sample.times.append(time.perf_counter() - began)

    def memory(self) -> float:
        return sum(process.memory_info().rss for process in (self.web, *self.web.children())) / MB


def _processor(parent: psutil.Process) -> float:
    """Seconds of processor that a process and all that it started have used, those that have ended too."""
    ended = parent.cpu_times()
    used = [process.cpu_times() for process in (parent, *parent.children())]
    return ended.children_user + ended.children_system + sum(times.user + times.system for times in used)
