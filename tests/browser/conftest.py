"""A real Chromium, signed in to the running portal as the people of the tests."""

import pytest
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from accounts.models import User
from tests import environment
from tests.browser import steps

SWITCHES = [
    *("--no-sandbox", "--disable-gpu", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
PATIENCE = 15_000  # milliseconds for what should be immediate, on a busy machine
HARMLESS = (
    "Failed to load resource",  # a page that answers 4xx on purpose
    "htmx:afterRequest",  # with the next one: a request that a newer one or a navigation has cancelled
    "htmx:sendAbort",
)
FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="module")
def chromium(request):
    """Parametrize it indirectly with switches of Playwright's to leave out, such as the one against the bfcache."""
    # Playwright runs an event loop in this thread, where Django refuses queries (see below) and uses other connections:
    # a connection that is open now would stay open, and the database could not be cloned.
    connections.close_all()
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        expect.set_options(timeout=PATIENCE)
        browser = playwright.chromium.launch(
            executable_path=environment.chromium(),
            args=SWITCHES,
            ignore_default_args=getattr(request, "param", None) or None,
        )
        yield browser
        browser.close()


@pytest.fixture
def portal(live_db, github, server, worker):
    """The address of the running portal, with a worker of both queues and the local GitHub."""
    worker()
    return server().url


@pytest.fixture
def sign_in(chromium, portal, request, tmp_path):
    """Opens a new page for a person, or without one for a visitor: `sign_in(alice)`. No page may report an error."""
    people = _People(chromium, portal)
    yield people.sign_in
    if request.node.stash.get(FAILED, False):
        people.take_pictures(tmp_path)
    people.leave()
    assert people.reports == []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.when == "call":
        item.stash[FAILED] = report.failed
    return report


class _People:
    def __init__(self, browser: Browser, url: str):
        self.browser = browser
        self.url = url
        self.contexts: list[BrowserContext] = []
        self.reports: list[str] = []

    def sign_in(self, person: User | None = None, **options) -> Page:
        context = self.browser.new_context(base_url=self.url, **options)
        context.set_default_timeout(PATIENCE)
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: self._hear(page, said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self._hear(page, str(error)))
        page.on("response", lambda answer: self._hear(page, answer.url) if answer.status >= 500 else None)
        if person:
            _sign_in(page, person)
        return page

    def _hear(self, page: Page, text: str) -> None:
        """Collects errors of the browser: failing scripts, and violations of the content security policy."""
        if not text.startswith(HARMLESS):
            self.reports.append(f"{page.url}: {text}")

    def take_pictures(self, folder) -> None:
        for number, context in enumerate(self.contexts):
            for page in context.pages:
                path = folder / f"page-{number}.png"
                page.screenshot(path=path, full_page=True)
                print(f"{page.url} is in {path}")

    def leave(self) -> None:
        for context in self.contexts:
            context.close()


def _sign_in(page: Page, person: User) -> None:
    page.goto("/accounts/login/")
    steps.enter(page, person)
    page.wait_for_url("**/")
