"""Bare git repositories on disk, written and read with git commands only."""

import os
import re
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

FILE, EXECUTABLE, LINK, FOLDER, SUBMODULE = "100644", "100755", "120000", "040000", "160000"
AUTHOR = "Demo Author <author@example.com>"
FIRST_COMMIT_AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
BETWEEN_COMMITS = timedelta(hours=6)
REF = re.compile(r"(?!.*\.\.)(?!.*@\{)[A-Za-z0-9_][A-Za-z0-9_./+#@-]*")

# Nothing of the machine's own git configuration may change a commit's hash.
ENVIRONMENT = {
    "PATH": os.environ.get("PATH", os.defpath),
    "HOME": os.devnull,
    "LC_ALL": "C",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_TERMINAL_PROMPT": "0",
}


class GitFailed(Exception):
    """A git command failed; the message is git's."""


@dataclass(frozen=True)
class Content:
    """What a commit writes at one path: git's file mode and the bytes: a link's target, a submodule's sha."""

    mode: str
    data: bytes


@dataclass(frozen=True)
class TreeEntry:
    """A line of a tree. `size` is bytes; None for a folder, or where the blob is missing."""

    mode: str
    type: str
    sha: str
    size: int | None
    path: str


@dataclass(frozen=True)
class Commit:
    sha: str
    tree: str
    parents: list[str]
    at: str
    message: str


def contents(
    files: Mapping[str, bytes | str],
    symlinks: Mapping[str, str] | None = None,
    executables: Iterable[str] = (),
    submodules: Mapping[str, str] | None = None,
) -> dict[str, Content]:
    """Return contents by path: `files` as text or bytes, `symlinks` as path → target, `submodules` as path → sha."""
    executables = set(executables)
    written = {
        path: Content(
            EXECUTABLE if path in executables else FILE,
            data.encode() if isinstance(data, str) else data,
        )
        for path, data in files.items()
    }
    links = {path: Content(LINK, target.encode()) for path, target in (symlinks or {}).items()}
    nested = {path: Content(SUBMODULE, sha.encode()) for path, sha in (submodules or {}).items()}
    return written | links | nested


class GitRepository:
    """One bare repository with the branch `main`."""

    def __init__(self, path: Path):
        self.path = path

    def run(self, *arguments: str, stdin: bytes | None = None) -> bytes:
        """Run git in the repository and return what it printed; raises `GitFailed`."""
        command = ["git", "-c", "safe.directory=*", "--git-dir", str(self.path), *arguments]
        done = subprocess.run(command, input=stdin, capture_output=True, env=ENVIRONMENT)
        if done.returncode:
            raise GitFailed(done.stderr.decode(errors="replace").strip())
        return done.stdout

    def create(self) -> None:
        if not self.path.is_dir():
            self.path.mkdir(parents=True)
            self.run("init", "--quiet", "--bare", "--initial-branch=main")

    def commit(
        self,
        written: Mapping[str, Content],
        *,
        remove: Iterable[str] = (),
        message: str,
        branch: str = "main",
        parent: str | None = None,
    ) -> str:
        """Commit on top of `branch`, or of `parent` (blank: no parent), and return the commit's sha.

        Author and dates are fixed, so the same history always has the same hashes.
        """
        ref = f"refs/heads/{branch}"
        if parent is None:
            parent = self.resolve(ref) or self.resolve("refs/heads/main")
        head = self._commit_header(ref, parent, message)
        removed = [f"D {path}\n".encode() for path in remove]
        added = [_modify(path, content) for path, content in sorted(written.items())]
        self.run("fast-import", "--quiet", "--force", stdin=b"".join([head, *removed, *added]))
        return self.run("rev-parse", ref).decode().strip()

    def _commit_header(self, ref: str, parent: str | None, message: str) -> bytes:
        number = int(self.run("rev-list", "--count", parent)) if parent else 0
        at = int((FIRST_COMMIT_AT + number * BETWEEN_COMMITS).timestamp())
        text = message.encode()
        lines = [
            f"commit {ref}",
            f"author {AUTHOR} {at} +0000",
            f"committer {AUTHOR} {at} +0000",
            f"data {len(text)}\n{message}",
            *([f"from {parent}"] if parent else []),
        ]
        return "\n".join(lines).encode() + b"\n"

    def set_ref(self, ref: str, sha: str) -> None:
        self.run("update-ref", ref, sha)

    def delete_ref(self, ref: str) -> None:
        self.run("update-ref", "-d", ref)

    def is_ancestor(self, commit: str, head: str) -> bool:
        """Whether `head` is the commit or has it in its history."""
        return self.merge_base(commit, head) == self.resolve(commit)

    def merge_base(self, base: str, head: str) -> str | None:
        """Return the newest common ancestor, or nothing if there is none."""
        try:
            return self.run("merge-base", base, head).decode().split("\n")[0]
        except GitFailed:
            return None

    def count(self, refs: str) -> int:
        """Return the number of commits of a range, "base..head"."""
        return int(self.run("rev-list", "--count", refs))

    def restore_refs(self, refs: Mapping[str, str]) -> None:
        """Make the repository's refs exactly `refs`, name → sha."""
        for name in self.refs().keys() - refs.keys():
            self.delete_ref(name)
        for name, sha in refs.items():
            self.set_ref(name, sha)

    def refs(self, prefix: str = "refs/") -> dict[str, str]:
        """Return the refs whose full name begins with `prefix`, name → sha of the object."""
        lines = self.run("for-each-ref", "--format=%(refname) %(objectname)").decode().split("\n")
        pairs = (line.split(" ") for line in lines if line)
        return {name: sha for name, sha in pairs if name.startswith(prefix)}

    def resolve(self, ref: str) -> str | None:
        """Return the sha of the commit that a branch, tag, full ref or sha names."""
        if not REF.fullmatch(ref):
            return None
        for name in (f"refs/heads/{ref}", f"refs/tags/{ref}", ref):
            try:
                verified = self.run("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
            except GitFailed:
                continue
            return verified.decode().strip()
        return None

    def commits(self, ref: str, *, path: str = "", skip: int = 0, limit: int = 1) -> list[Commit]:
        """Return the history of `ref`, newest first, optionally of one path."""
        printed = self.run(
            "log",
            f"--skip={skip}",
            f"--max-count={limit}",
            "-z",
            "--format=%H%x01%T%x01%P%x01%cI%x01%B",
            ref,
            *(["--", path] if path else []),
        ).decode(errors="replace")
        return [self._commit(line) for line in printed.split("\0") if line]

    @staticmethod
    def _commit(line: str) -> Commit:
        sha, tree, parents, at, message = line.split("\x01")
        at = datetime.fromisoformat(at).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return Commit(sha, tree, parents.split(), at, message.strip("\n"))

    def blobs(self, shas: Iterable[str]) -> dict[str, bytes]:
        """Return the bytes of many blobs by sha, with one git process."""
        shas = list(shas)
        printed = self.run("cat-file", "--batch", stdin="".join(f"{s}\n" for s in shas).encode())
        found, start = {}, 0
        for sha in shas:
            end = printed.index(b"\n", start)
            size = int(printed[start:end].split()[2])
            found[sha] = printed[end + 1 : end + 1 + size]
            start = end + size + 2
        return found

    def tree(self, treeish: str, *, recursive: bool = False) -> list[TreeEntry]:
        options = ["-r", "-t"] if recursive else []
        return self._entries(self.run("ls-tree", "-l", "-z", *options, treeish))

    def entry(self, commit: str, path: str) -> TreeEntry | None:
        """Return the tree entry of `path` in the commit."""
        found = self._entries(self.run("ls-tree", "-l", "-z", commit, "--", path))
        return found[0] if found else None

    @staticmethod
    def _entries(printed: bytes) -> list[TreeEntry]:
        entries = []
        for line in filter(None, printed.decode(errors="surrogateescape").split("\0")):
            about, path = line.split("\t", 1)
            mode, kind, sha, size = about.split()
            entries.append(TreeEntry(mode, kind, sha, int(size) if size.isdigit() else None, path))
        return entries

    def kind(self, sha: str) -> str | None:
        """Return the type of an object (commit, tree, blob, tag), or nothing if it does not exist."""
        try:
            return self.run("cat-file", "-t", sha).decode().strip()
        except GitFailed:
            return None

    def blob(self, sha: str) -> bytes:
        return self.run("cat-file", "blob", sha)

    def archive(self, commit: str, *, prefix: str) -> bytes:
        """Return `git archive`'s tar.gz; its global pax header holds the commit's sha."""
        return self.run("archive", "--format=tar.gz", f"--prefix={prefix}", commit)


def _modify(path: str, content: Content) -> bytes:
    """One "filemodify" of git fast-import."""
    if content.mode == SUBMODULE:
        return f"M {SUBMODULE} {content.data.decode()} {_quoted(path)}\n".encode()
    return f"M {content.mode} inline {_quoted(path)}\ndata {len(content.data)}\n".encode() + content.data + b"\n"


def _quoted(path: str) -> str:
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
