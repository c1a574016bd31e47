"""Data of the local GitHub on disk, and the methods that change it."""

import shutil
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from demo.local_github import seed, snapshot
from demo.local_github.git import Content, GitRepository, contents
from demo.local_github.hooks import Webhooks
from demo.local_github.world import Repository, Token, World


class Store:
    """A world and its git repositories in `data_dir`.

    It starts with the demo world unless `seeded` is false. Changes are persistent; `restore()` resets
    to the state in which the store was opened.
    """

    def __init__(self, data_dir: Path | str, *, seeded: bool = True):
        self.data_dir = Path(data_dir)
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self.world = World(self.data_dir / "world.json")
        self.hooks = Webhooks(self.world)
        self._lock = threading.RLock()
        self._touched: set[int] = set()
        if seeded:
            self._seed(datetime.now(UTC))
        self._opened = self.world.dump()
        self._opened_refs = {r.id: git.refs() for r in self._rows() if (git := self.git_of(r))}
        self._touched.clear()

    def add_repository(
        self,
        full_name: str,
        files: Mapping[str, bytes | str],
        *,
        symlinks: Mapping[str, str] | None = None,
        executables: Iterable[str] = (),
        submodules: Mapping[str, str] | None = None,
        private: bool = True,
        readers: Iterable[str] = (),
        description: str = "",
    ) -> Repository:
        """Create a repository with one commit; without files, a repository that was never pushed to.

        `symlinks` maps a path to its target's text, `submodules` one to a commit's sha; `readers` are logins who may
        read it beside its owner. Raises ValueError when the name is taken.
        """
        row = self._new_row(full_name, private=private, description=description)
        row.readers = list(readers)
        return self._add(row, contents(files, symlinks, executables, submodules))

    def add_from_directory(self, full_name: str, path: Path | str, *, private: bool = True) -> Repository:
        """Create a repository from a folder's files, or from the newest commit of a bare git directory.

        Files above 4 MiB and those whose bytes are missing are left out. Raises ValueError if
        the name is taken or there are no files.
        """
        written = snapshot.read(Path(path))
        if not written:
            raise ValueError(f"{path} holds no files")
        return self._add(self._new_row(full_name, private=private), written)

    def _new_row(self, full_name: str, *, private: bool = True, description: str = "") -> Repository:
        if self.world.find(full_name):
            raise ValueError(f"there is a repository {full_name} already")
        number = self.world.free_id(full_name)
        return Repository(number, full_name, private=private, description=description)

    def _add(self, row: Repository, written: Mapping[str, Content], *, message: str = "Add the modules") -> Repository:
        with self._lock:
            shutil.rmtree(self._path(row.id), ignore_errors=True)
            self.world.repositories[row.id] = row
            self._touched.add(row.id)
            row.on_disk = bool(written)
            if written:
                self._commit(row, written, message=message)
            self.world.save()
        return row

    def commit(
        self,
        full_name: str,
        files: Mapping[str, bytes | str],
        *,
        remove: Iterable[str] = (),
        symlinks: Mapping[str, str] | None = None,
        message: str = "Change the modules",
        branch: str = "main",
        parent: str | None = None,
    ) -> str:
        """Commit files, links and removals (of files or whole folders); return the commit's sha.

        A new `branch` starts at main. With a `parent`, a ref or blank for none, the branch's later history is dropped,
        as by a force push. Raises KeyError for an unknown repository.
        """
        row = self._row(full_name)
        if parent:
            parent = self.head(full_name, parent)
        with self._pushing(row, f"refs/heads/{branch}"):
            written = contents(files, symlinks)
            return self._commit(row, written, remove=remove, message=message, branch=branch, parent=parent)

    def _commit(self, row: Repository, written: Mapping[str, Content], **options: Any) -> str:
        git = GitRepository(self._path(row.id))
        git.create()
        sha = git.commit(written, **options)
        row.on_disk, row.pushed_at = True, git.commits(sha)[0].at
        return sha

    def add_tag(self, full_name: str, tag: str, ref: str = "main") -> str:
        """Tag the commit that `ref` names, or move the tag there, and return its sha."""
        return self._set_ref(full_name, f"refs/tags/{tag}", ref)

    def delete_tag(self, full_name: str, tag: str) -> None:
        """Delete a tag; raises KeyError when there is none."""
        self._delete_ref(full_name, f"refs/tags/{tag}")

    def force_push(self, full_name: str, branch: str = "main", *, to: str) -> str:
        """Set the branch to the commit that `to` names, whatever it was, and return its sha."""
        return self._set_ref(full_name, f"refs/heads/{branch}", to)

    def delete_branch(self, full_name: str, branch: str) -> None:
        """Delete a branch; raises KeyError when there is none."""
        self._delete_ref(full_name, f"refs/heads/{branch}")

    def rename_branch(self, full_name: str, branch: str, new_name: str) -> None:
        """Rename a branch; its former name answers 301 until another branch takes it."""
        row = self._row(full_name)
        self._set_ref(full_name, f"refs/heads/{new_name}", self.head(full_name, branch))
        self._delete_ref(full_name, f"refs/heads/{branch}")
        with self._lock:
            row.former_branches[branch] = new_name
            if row.default_branch == branch:
                row.default_branch = new_name
            self.world.save()

    def _set_ref(self, full_name: str, name: str, ref: str) -> str:
        row, sha = self._row(full_name), self.head(full_name, ref)
        with self._pushing(row, name):
            GitRepository(self._path(row.id)).set_ref(name, sha)
        return sha

    def _delete_ref(self, full_name: str, name: str) -> None:
        row = self._row(full_name)
        git = GitRepository(self._path(row.id))
        if name not in git.refs():
            raise KeyError(f"{full_name} has no {name}")
        with self._pushing(row, name):
            git.delete_ref(name)

    @contextmanager
    def _pushing(self, row: Repository, name: str) -> Iterator[None]:
        """Context manager: save the change of the ref `name` and notify the repository's webhooks."""
        git = GitRepository(self._path(row.id))
        with self._lock:
            before = git.resolve(name) if row.on_disk else None
            self._touched.add(row.id)
            yield
            self.world.save()
            self.hooks.push(row, git, name, before=before, after=git.resolve(name))

    def head(self, full_name: str, ref: str = "main") -> str:
        """Return the sha of the commit that `ref` names; raises KeyError if there is none."""
        sha = GitRepository(self._path(self._row(full_name).id)).resolve(ref)
        if sha is None:
            raise KeyError(f"{full_name} has no {ref}")
        return sha

    def rename_repository(self, full_name: str, new_name: str) -> None:
        """Rename or transfer a repository; its former name answers 301 from then on."""
        with self._lock:
            row = self._row(full_name)
            row.former_names.append(row.full_name.lower())
            row.full_name = new_name
            self.world.save()

    def delete_repository(self, full_name: str) -> None:
        """Delete a repository; a new one of the same name gets a different id."""
        with self._lock:
            number = self._row(full_name).id
            del self.world.repositories[number]
            self.world.deleted_ids.append(number)
            self.world.save()

    def add_token(
        self,
        token: str,
        *,
        login: str,
        scopes: Iterable[str] | None = ("repo",),
        expires_at: datetime | None = None,
        repositories: Iterable[str] | None = None,
        unauthorized: Iterable[str] = (),
    ) -> None:
        """Add a token; `scopes=None` makes a fine-grained one, limited to `repositories`.

        `unauthorized` are organizations whose single sign-on keeps it out.
        """
        row = Token(
            token,
            login,
            None if scopes is None else list(scopes),
            expires_at.astimezone(UTC).isoformat() if expires_at else None,
            None if repositories is None else list(repositories),
            unauthorized=list(unauthorized),
        )
        with self._lock:
            self.world.tokens[token] = row
            self.world.save()

    def revoke(self, token: str) -> None:
        with self._lock:
            self.world.tokens[token].revoked = True
            self.world.save()

    def git_of(self, row: Repository) -> GitRepository | None:
        """Return the git repository, or nothing if it was never pushed to."""
        return GitRepository(self._path(row.id)) if row.on_disk else None

    def restore(self) -> None:
        """Reset to the state in which the store was opened."""
        with self._lock:
            for number in self._touched - self._opened_refs.keys():
                shutil.rmtree(self._path(number), ignore_errors=True)
            for number in self._touched & self._opened_refs.keys():
                GitRepository(self._path(number)).restore_refs(self._opened_refs[number])
            self._touched.clear()
            if self.world.dump() != self._opened:
                self.world.load(self._opened)
                self.world.save()

    def _seed(self, now: datetime) -> None:
        """Create the demo world; a source folder that has changed since becomes a commit on top."""
        for token in seed.tokens(now):
            self.world.tokens[token.value] = token
        for full_name, folder in seed.source_folders():
            self._seed_repository(full_name, snapshot.read_folder(folder))
        for row in seed.never_pushed():
            self.world.repositories.setdefault(row.id, row)
        self.world.save()

    def _seed_repository(self, full_name: str, written: Mapping[str, Content]) -> None:
        row = self.world.find(full_name)
        source_hash = snapshot.hash_of(written)
        if row is None:
            description = seed.DESCRIPTIONS.get(full_name, "")
            row = self._add(self._new_row(full_name, description=description), written)
        elif row.source_hash != source_hash:
            gone = {e.path for e in self.git_of(row).tree("main", recursive=True)} - written.keys()
            self._commit(row, written, remove=gone, message="Update the modules")
        row.source_hash = source_hash

    def _rows(self) -> list[Repository]:
        return list(self.world.repositories.values())

    def _row(self, full_name: str) -> Repository:
        row = self.world.find(full_name)
        if row is None:
            raise KeyError(f"there is no repository {full_name}")
        return row

    def _path(self, number: int) -> Path:
        return self.data_dir / "repositories" / f"{number}.git"
