"""GitHub's JSON shapes: the fields of its REST API (2022-11-28), as far as we serve them.

Source: https://docs.github.com/en/rest/repos/repos and its neighbours.
"""

import base64

from demo.local_github.git import EXECUTABLE, FILE, LINK, SUBMODULE, Commit, TreeEntry
from demo.local_github.world import Repository, stable_id

LINKED = {
    "branches_url": "branches{/branch}",
    "commits_url": "commits{/sha}",
    "contents_url": "contents/{+path}",
    "blobs_url": "git/blobs{/sha}",
    "git_commits_url": "git/commits{/sha}",
    "git_refs_url": "git/refs{/sha}",
    "git_tags_url": "git/tags{/sha}",
    "trees_url": "git/trees{/sha}",
    "tags_url": "tags",
    "archive_url": "{archive_format}{/ref}",
}


def node_id(kind: str, number: int) -> str:
    return base64.b64encode(f"0{len(kind)}:{kind}{number}".encode()).decode()


def user(login: str, base: str) -> dict:
    """Return the short form of an account, as nested in other responses."""
    number = stable_id(login) % 10_000_000
    return {
        "login": login,
        "id": number,
        "node_id": node_id("User", number),
        "avatar_url": "",
        "gravatar_id": "",
        "url": f"{base}/users/{login}",
        "html_url": f"https://github.com/{login}",
        "repos_url": f"{base}/users/{login}/repos",
        "organizations_url": f"{base}/users/{login}/orgs",
        "type": "User",
        "user_view_type": "public",
        "site_admin": False,
    }


def own_user(login: str, base: str, *, repositories: int) -> dict:
    """Return the long form of an account, as of `GET /user`."""
    return user(login, base) | {
        "name": login.split("-")[0].title(),
        "company": None,
        "blog": "",
        "location": None,
        "email": None,
        "bio": None,
        "public_repos": 0,
        "total_private_repos": repositories,
        "owned_private_repos": repositories,
        "followers": 0,
        "following": 0,
        "created_at": "2025-03-01T08:00:00Z",
        "updated_at": "2026-01-05T09:00:00Z",
        "two_factor_authentication": True,
        "plan": {"name": "pro", "space": 976562499, "collaborators": 0, "private_repos": 9999},
    }


def repository(row: Repository, base: str, *, login: str) -> dict:
    url = f"{base}/repos/{row.full_name}"
    html = f"https://github.com/{row.full_name}"
    links = {name: f"{url}/{path}" for name, path in LINKED.items()}
    own = login == row.owner
    return links | {
        "id": row.id,
        "node_id": node_id("Repository", row.id),
        "name": row.name,
        "full_name": row.full_name,
        "private": row.private,
        "visibility": "private" if row.private else "public",
        "owner": user(row.owner, base),
        "html_url": html,
        "clone_url": f"{html}.git",
        "git_url": f"git://github.com/{row.full_name}.git",
        "ssh_url": f"git@github.com:{row.full_name}.git",
        "url": url,
        "description": row.description or None,
        "homepage": None,
        "language": "HCL" if row.on_disk else None,
        "license": None,
        "topics": [],
        "fork": False,
        "archived": False,
        "disabled": False,
        "is_template": False,
        "has_issues": True,
        "has_wiki": False,
        "default_branch": row.default_branch,
        "size": 64 if row.on_disk else 0,
        "forks_count": 0,
        "stargazers_count": 0,
        "watchers_count": 0,
        "open_issues_count": 0,
        "created_at": row.created_at,
        "updated_at": row.pushed_at,
        "pushed_at": row.pushed_at,
        "permissions": {
            "admin": own,
            "maintain": own,
            "push": own,
            "triage": own,
            "pull": True,
        },
    }


def branch(name: str, sha: str, url: str) -> dict:
    return {
        "name": name,
        "commit": {"sha": sha, "url": f"{url}/commits/{sha}"},
        "protected": False,
    }


def git_commit(commit: Commit, url: str) -> dict:
    """Return a commit as of `/git/commits`; also the `commit` part of `/commits`."""
    who = {"name": "Demo Author", "email": "author@example.com", "date": commit.at}
    return {
        "sha": commit.sha,
        "node_id": node_id("Commit", int(commit.sha[:8], 16)),
        "url": f"{url}/git/commits/{commit.sha}",
        "html_url": _html(url, f"commit/{commit.sha}"),
        "author": who,
        "committer": who,
        "message": commit.message,
        "tree": {"sha": commit.tree, "url": f"{url}/git/trees/{commit.tree}"},
        "parents": [
            {"sha": sha, "url": f"{url}/git/commits/{sha}", "html_url": _html(url, f"commit/{sha}")}
            for sha in commit.parents
        ],
        "comment_count": 0,
        "verification": {
            "verified": False,
            "reason": "unsigned",
            "signature": None,
            "payload": None,
            "verified_at": None,
        },
    }


def commit(found: Commit, url: str) -> dict:
    inner = git_commit(found, url)
    return {
        "sha": found.sha,
        "node_id": inner["node_id"],
        "commit": inner,
        "url": f"{url}/commits/{found.sha}",
        "html_url": inner["html_url"],
        "comments_url": f"{url}/commits/{found.sha}/comments",
        "author": None,
        "committer": None,
        "parents": [
            {"sha": sha, "url": f"{url}/commits/{sha}", "html_url": _html(url, f"commit/{sha}")}
            for sha in found.parents
        ],
    }


def comparison(
    found: dict[str, Commit], commits: list[Commit], names: tuple[str, str], *, ahead: int, behind: int, url: str
) -> dict:
    """Return the comparison of two commits, without the changed files, which no client here reads."""
    words = {(False, False): "identical", (True, False): "ahead", (False, True): "behind", (True, True): "diverged"}
    return {
        "url": f"{url}/compare/{'...'.join(names)}",
        "html_url": _html(url, f"compare/{'...'.join(names)}"),
        "base_commit": commit(found["base"], url),
        "merge_base_commit": commit(found["merge_base"], url),
        "status": words[(ahead > 0, behind > 0)],
        "ahead_by": ahead,
        "behind_by": behind,
        "total_commits": ahead,
        "commits": [commit(row, url) for row in commits],
    }


def ref(name: str, sha: str, kind: str, url: str) -> dict:
    return {
        "ref": name,
        "node_id": base64.b64encode(name.encode()).decode(),
        "url": f"{url}/git/{name}",
        "object": {"sha": sha, "type": kind, "url": f"{url}/git/{kind}s/{sha}"},
    }


def tree(sha: str, entries: list[TreeEntry], url: str) -> dict:
    return {
        "sha": sha,
        "url": f"{url}/git/trees/{sha}",
        "tree": [_tree_entry(entry, url) for entry in entries],
        "truncated": False,
    }


def _tree_entry(entry: TreeEntry, url: str) -> dict:
    shape = {
        "path": entry.path,
        "mode": entry.mode,
        "type": entry.type,
        "sha": entry.sha,
        "url": f"{url}/git/{entry.type}s/{entry.sha}",
    }
    return shape if entry.size is None else shape | {"size": entry.size}


def blob(sha: str, data: bytes, url: str) -> dict:
    return {
        "sha": sha,
        "node_id": node_id("Blob", int(sha[:8], 16)),
        "size": len(data),
        "url": f"{url}/git/blobs/{sha}",
        "content": base64.encodebytes(data).decode(),
        "encoding": "base64",
    }


CONTENT_TYPES = {FILE: "file", EXECUTABLE: "file", LINK: "symlink", SUBMODULE: "file"}


def content(entry: TreeEntry, url: str, commit_ref: str) -> dict:
    """Return one entry of `/contents`, without its bytes."""
    own = f"{url}/contents/{entry.path}?ref={commit_ref}"
    git = f"{url}/git/{entry.type}s/{entry.sha}"
    html = _html(url, f"{entry.type}/{commit_ref}/{entry.path}")
    return {
        "name": entry.path.rsplit("/", 1)[-1],
        "path": entry.path,
        "sha": entry.sha,
        "size": entry.size or 0,
        "url": own,
        "html_url": html,
        "git_url": git,
        "download_url": None,
        "type": CONTENT_TYPES.get(entry.mode, "dir"),
        "_links": {"self": own, "git": git, "html": html},
    }


def _html(url: str, path: str) -> str:
    return f"https://github.com/{url.split('/repos/', 1)[-1]}/{path}"
