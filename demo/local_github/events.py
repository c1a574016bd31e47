"""Payloads of webhooks: the fields of GitHub's ping and push events, as far as we serve them.

Source: https://docs.github.com/en/webhooks/webhook-events-and-payloads#push
"""

import time
from datetime import datetime

from demo.local_github import shapes
from demo.local_github.git import Commit, GitRepository
from demo.local_github.world import Hook, Repository

NOTHING = "0" * 40  # GitHub's value for a missing ref
MOST_COMMITS = 20
AUTHOR = {"name": "Demo Author", "email": "author@example.com"}


def ping(hook: Hook, row: Repository, base: str) -> dict:
    """Return the ping event for a new webhook."""
    url = f"{base}/repos/{row.full_name}/hooks/{hook.id}"
    config = {"content_type": "json", "insecure_ssl": "0", "url": hook.url}
    about = {"type": "Repository", "id": hook.id, "name": "web", "active": True, "events": ["push"]}
    return {
        "zen": "Keep it logically awesome.",
        "hook_id": hook.id,
        "hook": about | {"config": config, "url": url, "ping_url": f"{url}/pings"},
        "repository": shapes.repository(row, base, login=row.owner),
        "sender": shapes.user(row.owner, base),
    }


def push(row: Repository, git: GitRepository, ref: str, *, before: str | None, after: str | None, base: str) -> dict:
    """Return a push event: `ref` moved from `before` to `after`; None if it was created or deleted."""
    added = _commits(git, before, after)
    html = f"https://github.com/{row.full_name}"
    repository = shapes.repository(row, base, login=row.owner)
    return {
        "ref": ref,
        "before": before or NOTHING,
        "after": after or NOTHING,
        "base_ref": None,
        "created": before is None,
        "deleted": after is None,
        "forced": bool(before and after) and not git.is_ancestor(before, after),
        "compare": f"{html}/compare/{(before or NOTHING)[:12]}...{(after or NOTHING)[:12]}",
        "commits": [_commit(each, html) for each in reversed(added)],
        "head_commit": _commit(git.commits(after)[0], html) if after else None,
        "repository": repository
        | {"created_at": _seconds(row.created_at), "pushed_at": int(time.time()), "master_branch": row.default_branch},
        "pusher": {"name": row.owner, "email": f"{row.owner}@example.com"},
        "sender": shapes.user(row.owner, base),
    }


def _commits(git: GitRepository, before: str | None, after: str | None) -> list[Commit]:
    if after is None:
        return []
    return git.commits(f"{before}..{after}" if before else after, limit=MOST_COMMITS)


def _commit(found: Commit, html: str) -> dict:
    return {
        "id": found.sha,
        "tree_id": found.tree,
        "distinct": True,
        "message": found.message,
        "timestamp": found.at,
        "url": f"{html}/commit/{found.sha}",
        "author": AUTHOR,
        "committer": AUTHOR,
    }


def _seconds(stamp: str) -> int:
    return int(datetime.fromisoformat(stamp).timestamp())
