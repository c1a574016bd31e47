"""The demo world: tokens, files of repositories, and the many repositories that alice can read."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from demo.local_github.world import Repository, Token, stable_id

SOURCES = Path(__file__).resolve().parent.parent / "repositories"
ALICE_CAN_READ = 300
KINDS = ("", "-legacy", "-next")
DESCRIPTIONS = {
    "platform-example/platform-modules": "Modules that the platform offers to everybody",
    "alice-example/cloud-modules": "Alice's Terraform modules",
    "alice-example/terraform-local-greeting": "A module that is the whole repository",
    "bob-example/telemetry-modules": "Bob's modules for logs, metrics and sensors",
}


def tokens(now: datetime) -> list[Token]:
    """Return the tokens of the demo world; the expiring one ends nine days after `now`."""
    soon, past = now + timedelta(days=9), datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
    return [
        Token("ghp_demo_alice", "alice-example", ["repo"]),
        Token("ghp_demo_bob", "bob-example", ["repo"]),
        Token("ghp_demo_platform", "platform-example", ["repo"]),
        Token("ghp_demo_noscope", "alice-example", ["read:user"]),
        Token("ghp_demo_expired", "alice-example", ["repo"], past.isoformat()),
        Token("ghp_demo_expiring", "alice-example", ["repo"], soon.isoformat()),
        Token("github_pat_demo_alice", "alice-example", None, "2027-01-31T12:00:00+00:00"),
    ]


def source_folders() -> Iterator[tuple[str, Path]]:
    """Yield full name and folder of each repository in demo/repositories/."""
    for folder in sorted(SOURCES.glob("*/*")):
        if folder.is_dir():
            yield f"{folder.parent.name}/{folder.name}", folder


def never_pushed() -> list[Repository]:
    """Return empty repositories, so that alice can read 300 in all."""
    own = sum(name.startswith("alice-example/") for name, _ in source_folders())
    owners = itertools.cycle(["alice-example", "northwind-example", "alice-example"])
    teams = ["atlas", "birch", "cedar", "delta", "ember", "fjord", "grove", "harbor", "iris", "juniper"]
    things = ["api", "docs", "web", "batch", "infra", "tools", "reports", "mobile", "search", "mail"]
    names = (f"{team}-{thing}{k}" for k in KINDS for team in teams for thing in things)
    full_names = (f"{owner}/{name}" for owner, name in zip(owners, names, strict=False))
    return [_never_pushed(name) for name in itertools.islice(full_names, ALICE_CAN_READ - own)]


def _never_pushed(full_name: str) -> Repository:
    number = stable_id(full_name)
    at = datetime(2025, 6, 1, 8, 0, tzinfo=UTC) + timedelta(minutes=number % 300_000)
    stamp = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return Repository(
        id=number,
        full_name=full_name,
        readers=["alice-example"],
        on_disk=False,
        created_at=stamp,
        pushed_at=stamp,
    )
