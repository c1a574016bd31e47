"""Repositories and tokens of the local GitHub, and who may read which."""

import copy
import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path


def stable_id(name: str) -> int:
    """Return a nine-digit id that is the same for a name on every start."""
    return 100_000_000 + int.from_bytes(hashlib.sha256(name.encode()).digest()[:4]) % 900_000_000


@dataclass
class Repository:
    """A repository's facts. `on_disk` is false for one that was never pushed to."""

    id: int
    full_name: str
    private: bool = True
    description: str = ""
    readers: list[str] = field(default_factory=list)
    on_disk: bool = True
    created_at: str = "2026-01-05T09:00:00Z"
    pushed_at: str = "2026-01-05T09:00:00Z"
    former_names: list[str] = field(default_factory=list)
    source_hash: str = ""
    default_branch: str = "main"
    former_branches: dict[str, str] = field(default_factory=dict)

    @property
    def owner(self) -> str:
        return self.full_name.split("/")[0]

    @property
    def name(self) -> str:
        return self.full_name.split("/")[1]


@dataclass
class Token:
    """A personal access token. `scopes` is None for a fine-grained one.

    `repositories` limits a fine-grained token to these full names; None means all of the login's.
    `unauthorized` are organizations that require single sign-on, which this token is not authorized for.
    """

    value: str
    login: str
    scopes: list[str] | None
    expires_at: str | None = None
    repositories: list[str] | None = None
    revoked: bool = False
    unauthorized: list[str] = field(default_factory=list)

    def is_valid(self, now: datetime) -> bool:
        if self.revoked:
            return False
        return self.expires_at is None or now < datetime.fromisoformat(self.expires_at)

    def may_read(self, repository: Repository) -> bool:
        if not repository.private:
            return True
        if self.login != repository.owner and self.login not in repository.readers:
            return False
        if self.scopes is not None:
            return "repo" in self.scopes
        return self.repositories is None or repository.full_name in self.repositories


@dataclass
class Hook:
    """A webhook of a repository, for its push events."""

    id: int
    repository_id: int
    url: str
    secret: str


class World:
    """All repositories and webhooks by id and tokens by value, kept in one JSON file."""

    def __init__(self, path: Path):
        self.path = path
        self.repositories: dict[int, Repository] = {}
        self.tokens: dict[str, Token] = {}
        self.deleted_ids: list[int] = []
        self.hooks: dict[int, Hook] = {}
        if path.exists():
            self.load(json.loads(path.read_text()))

    def load(self, dump: dict) -> None:
        dump = copy.deepcopy(dump)
        self.repositories = {row["id"]: Repository(**row) for row in dump["repositories"]}
        self.tokens = {row["value"]: Token(**row) for row in dump["tokens"]}
        self.deleted_ids = dump["deleted_ids"]
        self.hooks = {row["id"]: Hook(**row) for row in dump.get("hooks", [])}

    def dump(self) -> dict:
        return {
            "repositories": [asdict(row) for row in self.repositories.values()],
            "tokens": [asdict(row) for row in self.tokens.values()],
            "deleted_ids": list(self.deleted_ids),
            "hooks": [asdict(row) for row in self.hooks.values()],
        }

    def save(self) -> None:
        """Write the file atomically."""
        draft = self.path.with_suffix(".draft")
        draft.write_text(json.dumps(self.dump(), indent=1))
        draft.replace(self.path)

    def free_id(self, full_name: str) -> int:
        """Return an id that no repository has or had."""
        number = stable_id(full_name)
        while number in self.repositories or number in self.deleted_ids:
            number += 1
        return number

    def free_hook_id(self) -> int:
        return max(self.hooks, default=400_000_000) + 1

    def find(self, full_name: str) -> Repository | None:
        """Return the repository that has this name now; names ignore case, as GitHub's do."""
        wanted = full_name.lower()
        rows = list(self.repositories.values())
        return next((row for row in rows if row.full_name.lower() == wanted), None)

    def find_former(self, full_name: str) -> Repository | None:
        wanted = full_name.lower()
        rows = list(self.repositories.values())
        return next((row for row in rows if wanted in row.former_names), None)

    def token(self, value: str) -> Token | None:
        """Return the token if it exists and is neither revoked nor expired."""
        token = self.tokens.get(value)
        return token if token and token.is_valid(datetime.now(UTC)) else None

    def readable_by(self, token: Token) -> Iterator[Repository]:
        """Yield what `GET /user/repos` lists: own repositories and those shared with the login."""
        for row in list(self.repositories.values()):
            is_related = token.login == row.owner or token.login in row.readers
            if is_related and token.may_read(row):
                yield row
