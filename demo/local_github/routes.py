"""One function for each route of the API: takes a Call, returns a JSON shape, page or response."""

import base64
import posixpath

from demo.local_github import shapes, single_sign_on
from demo.local_github.call import Call
from demo.local_github.git import LINK, TreeEntry
from demo.local_github.http import Answer, GitHubError, moved
from demo.local_github.paging import Paged, links, page_of, paged

NO_COMMIT = "No commit found for SHA: {ref}"
SORT_KEYS = {"full_name": "full_name", "created": "created_at"}


def user(call: Call) -> dict:
    login = call.token.login
    owned = sum(row.owner == login for row in call.world.readable_by(call.token))
    return shapes.own_user(login, call.base, repositories=owned)


def user_repositories(call: Call) -> Paged:
    rows = sorted(
        _wanted(call),
        key=lambda row: getattr(row, SORT_KEYS.get(_sort(call), "pushed_at")),
        reverse=_direction(call) == "desc",
    )
    page = paged(call.request, call.base, rows)
    login = call.token.login
    headers = single_sign_on.partial(call.token, base=call.base)
    return Paged([shapes.repository(r, call.base, login=login) for r in page.items], page.link, headers)


def _wanted(call: Call) -> list:
    query, login = call.request.query, call.token.login
    affiliations = query.get("affiliation", "owner,collaborator,organization_member").split(",")
    visibility = query.get("visibility", "all")
    return [
        row
        for row in call.world.readable_by(call.token)
        if ("owner" if row.owner == login else "collaborator") in affiliations
        and visibility in ("all", "private" if row.private else "public")
        and row.owner not in call.token.unauthorized
    ]


def _sort(call: Call) -> str:
    return call.request.query.get("sort", "full_name")


def _direction(call: Call) -> str:
    return call.request.query.get("direction", "asc" if _sort(call) == "full_name" else "desc")


def rate_limit(call: Call) -> dict:
    state = call.limits.state(call.token.value)
    search = {"limit": 30, "used": 0, "remaining": 30, "reset": state["reset"]}
    return {"resources": {"core": state, "search": search}, "rate": state}


def repository(call: Call) -> dict:
    return shapes.repository(call.repository, call.base, login=call.token.login)


def branches(call: Call) -> Paged:
    if call.git is None:
        return Paged([], "")
    refs = sorted(call.git.refs("refs/heads/").items())
    page = paged(call.request, call.base, refs)
    shaped = [shapes.branch(r.removeprefix("refs/heads/"), sha, call.url) for r, sha in page.items]
    return Paged(shaped, page.link)


def branch(call: Call, name: str) -> dict | Answer:
    """Answer a branch, by a 301 where it was renamed."""
    sha = call.git.refs("refs/heads/").get(f"refs/heads/{name}") if call.git else None
    if sha is None and name in call.repository.former_branches:
        new_name = call.repository.former_branches[name]
        return moved(f"{call.base}/repositories/{call.repository.id}/branches/{new_name}")
    if sha is None:
        raise GitHubError(404, "Branch not found")
    head = call.git.commits(sha)[0]
    return shapes.branch(name, sha, call.url) | {"commit": shapes.commit(head, call.url)}


def tags(call: Call) -> Paged:
    names = sorted(call.git.refs("refs/tags/"), reverse=True) if call.git else []
    page = paged(call.request, call.base, names)
    shaped = []
    for name in page.items:
        sha, short = call.commit(name), name.removeprefix("refs/tags/")
        shaped.append(
            shapes.branch(short, sha, call.url)
            | {
                "zipball_url": f"{call.url}/zipball/{name}",
                "tarball_url": f"{call.url}/tarball/{name}",
                "node_id": shapes.node_id("Ref", int(sha[:8], 16)),
            }
        )
    return Paged(shaped, page.link)


def commits(call: Call) -> Paged:
    number, size = page_of(call.request)
    query = call.request.query
    ref = call.commit(query.get("sha", call.default_branch))
    path = query.get("path", "")
    found = call.git.commits(ref, path=path, skip=(number - 1) * size, limit=size + 1)
    last = number + 1 if len(found) > size else number
    link = links(call.request, call.base, number=number, last=last)
    return Paged([shapes.commit(row, call.url) for row in found[:size]], link)


def commit(call: Call, ref: str) -> dict:
    sha = call.commit(ref, status=422, message=NO_COMMIT.format(ref=ref))
    return shapes.commit(call.git.commits(sha)[0], call.url)


def git_commit(call: Call, sha: str) -> dict:
    return shapes.git_commit(call.pushed.commits(call.commit(sha))[0], call.url)


def compare(call: Call, base: str, head: str) -> dict:
    """Compare `head` with `base`, commits oldest first; 404 if one is unknown or they have no common ancestor.

    Source: https://docs.github.com/en/rest/commits/commits#compare-two-commits
    """
    base_sha, head_sha = call.commit(base), call.commit(head)
    merge_base = call.git.merge_base(base_sha, head_sha)
    if merge_base is None:
        raise GitHubError(404, f"No common ancestor between {base} and {head}.")
    ahead, behind = (call.git.count(f"{one}..{other}") for one, other in ((base_sha, head_sha), (head_sha, base_sha)))
    number, size = page_of(call.request)
    skip = max(ahead - number * size, 0)
    rows = call.git.commits(f"{base_sha}..{head_sha}", skip=skip, limit=min(size, max(ahead - (number - 1) * size, 0)))
    found = {name: call.git.commits(sha)[0] for name, sha in (("base", base_sha), ("merge_base", merge_base))}
    return shapes.comparison(found, rows[::-1], (base, head), ahead=ahead, behind=behind, url=call.url)


def ref(call: Call, name: str) -> dict:
    sha = call.pushed.refs().get(f"refs/{name}")
    if sha is None:
        raise GitHubError(404, "Not Found")
    return shapes.ref(f"refs/{name}", sha, call.git.kind(sha), call.url)


def matching_refs(call: Call, name: str) -> list:
    refs = sorted(call.pushed.refs(f"refs/{name}").items())
    return [shapes.ref(full, sha, call.git.kind(sha), call.url) for full, sha in refs]


def tree(call: Call, ref: str) -> dict:
    """Answer a tree by the sha of a tree or commit, or by a branch or tag; links are blobs."""
    is_tree = call.pushed.kind(ref) == "tree"
    sha = ref if is_tree else call.git.commits(call.commit(ref))[0].tree
    recursive = bool(call.request.query.get("recursive"))
    return shapes.tree(sha, call.git.tree(sha, recursive=recursive), call.url)


def blob(call: Call, sha: str) -> dict | Answer:
    """Answer a blob's bytes; for a symbolic link they are its target."""
    if call.pushed.kind(sha) != "blob":
        raise GitHubError(404, "Not Found")
    data = call.git.blob(sha)
    return _raw(data) if _wants_raw(call) else shapes.blob(sha, data, call.url)


def contents(call: Call, path: str) -> dict | list | Answer:
    """Answer a file, a folder's list, or a symbolic link.

    A link to a file of the same folder is answered as that file; every other link as an object
    of type "symlink" with its target's text, as observed on GitHub.
    """
    if call.git is None:
        raise GitHubError(404, "This repository is empty.")
    ref = call.request.query.get("ref", call.default_branch)
    sha = call.commit(ref, message=f"No commit found for the ref {ref}")
    path = path.strip("/")
    entry = call.git.entry(sha, path) if path else None
    if path and entry is None:
        raise GitHubError(404, "Not Found")
    if not path or entry.type == "tree":
        inside = call.git.tree(entry.sha if entry else sha)
        return [shapes.content(_below(path, row), call.url, ref) for row in inside]
    return _content(call, entry, sha=sha, ref=ref)


def _content(call: Call, entry: TreeEntry, *, sha: str, ref: str) -> dict | Answer:
    data = call.git.blob(entry.sha)
    if _wants_raw(call):
        return _raw(data)
    if entry.mode != LINK:
        return _with_bytes(shapes.content(entry, call.url, ref), data)
    target = data.decode(errors="replace")
    beside = posixpath.join(posixpath.dirname(entry.path), target)
    pointed = None if "/" in target else call.git.entry(sha, beside)
    if pointed and pointed.type == "blob" and pointed.mode != LINK:
        file = shapes.content(entry, call.url, ref) | {"type": "file", "size": pointed.size}
        return _with_bytes(file, call.git.blob(pointed.sha))
    return shapes.content(entry, call.url, ref) | {"target": target}


def _below(folder: str, entry: TreeEntry) -> TreeEntry:
    path = f"{folder}/{entry.path}" if folder else entry.path
    return TreeEntry(entry.mode, entry.type, entry.sha, entry.size, path)


def _with_bytes(shape: dict, data: bytes) -> dict:
    return shape | {"content": base64.encodebytes(data).decode(), "encoding": "base64"}


def _wants_raw(call: Call) -> bool:
    return "application/vnd.github.raw" in call.request.headers.get("accept", "")


def _raw(data: bytes) -> Answer:
    return Answer(200, data, {"Content-Type": "application/vnd.github.raw; charset=utf-8"})


def tarball(call: Call, ref: str | None) -> Answer:
    """Redirect the client to the other origin, by a link that is valid for five minutes."""
    ref = ref or call.default_branch
    if call.git is None:
        raise GitHubError(404, "Not Found")
    sha = call.commit(ref)
    full_name = call.repository.full_name
    location = call.codeload.link(call.git, full_name=full_name, ref=ref, commit=sha)
    return Answer(302, b"", {"Location": location, "Content-Type": "text/html;charset=utf-8"})
