"""Requests of one visitor for all rows, and the differences from the table."""

from django.db import transaction
from django.test import Client

from tests.leaks import walk
from tests.leaks.asking import address, form, targets
from tests.leaks.markers import Marker, found_in
from tests.leaks.rows import Row
from tests.leaks.rules import Visitor
from tests.leaks.world import World

SIGN_IN = ("/accounts/login/", "/admin/login/")
REFUSED = ("login", "403", "404", "405")
READERS = ("GET", "HEAD")


class Visit:
    """Sends requests as one person; changes of a POST are rolled back."""

    def __init__(self, world: World, name: str, *, private_mode: bool):
        self.world = world
        self.visitor = Visitor(name, private_mode)
        self.browser: Client = world.browser_of(name)
        self.cookies = dict(self.browser.cookies)
        # Views answer HEAD like GET: checking it once, with Private Mode, is enough, as most is visible then.
        self.methods = ("GET", "HEAD", "POST") if private_mode else ("GET", "POST")
        self.existing = found_in(walk.all_text())
        self.rows_before = walk.fingerprint()

    def problems(self, table: list[Row]) -> list[str]:
        """All differences from the table, as sentences."""
        found = [
            f"{method} {row.name}{row.query} of {target or 'nobody'}: {problem}"
            for row in table
            for target in targets(row, self.world)
            for method in self.methods
            for problem in self._problems(method, row, target)
        ]
        return found + [f"reading changed {table}" for table in self._changed()]

    def _problems(self, method: str, row: Row, target: str):
        status, body, changed, is_kept = self._ask(method, row, target)
        expected = row.status(method, self.visitor, target)
        if is_kept:
            yield "a cache may keep it"
        is_no_head = method == "HEAD" and status == "405"
        if status != expected and not is_no_head:
            yield f"{status} instead of {expected}"
        if (changed := sorted(set(changed) - set(row.notes.split()))) and status in REFUSED:
            yield f"refused, and changed {changed}"
        shown = found_in(body)
        if leaked := sorted(map(str, (m for m in shown if not row.allows(m, self.visitor, target)))):
            yield f"shows {leaked}"
        if method == "GET" and status == "200" and (missing := self._missing(row, shown, target)):
            yield f"lacks {missing}"

    def _missing(self, row: Row, shown: set[Marker], target: str) -> list[str]:
        return sorted(map(str, row.misses(shown, self.existing, self.visitor, target)))

    def _ask(self, method: str, row: Row, target: str) -> tuple[str, str, list[str], bool]:
        """Status, body, after a refused POST the changed tables, and whether a cache may keep the answer."""
        url = address(row, self.world, target, self.visitor.name)
        self.browser.cookies.clear()
        self.browser.cookies.update(self.cookies)
        if method in READERS:
            answer = self.browser.generic(method, url)
            return _status(answer), walk.body_of(answer), [], _is_kept(answer)
        with transaction.atomic():
            answer = self.browser.post(url, form(row, self.world, target, self.visitor.name))
            status, body = _status(answer), walk.body_of(answer)
            changed = self._changed() if status in REFUSED else []
            transaction.set_rollback(True)
        return status, body, changed, _is_kept(answer)

    def _changed(self) -> list[str]:
        after = walk.fingerprint()
        return sorted(table for table, digest in after.items() if digest != self.rows_before[table])


def _is_kept(answer) -> bool:
    rules = {rule.strip() for rule in answer.get("Cache-Control", "").split(",")}
    return not rules >= {"private", "no-store"}


def _status(answer) -> str:
    location = answer.get("Location", "")
    if location.startswith("/accounts/reauthenticate/"):
        return "password"
    return "login" if location.startswith(SIGN_IN) else str(answer.status_code)
