"""Problems of a connection's token: stored on its row, shown on every page to its managers, e-mailed once."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse

from accounts.github_errors import GitHubError, SignOnRequired
from accounts.models import GitHubConnection, User
from foundation import outbox
from foundation.paragraphs import counted

WARNING_DAYS = 14
EXPIRY = "expiry"
Problem = GitHubConnection.Problem
UNAFFECTED = "Published modules are not affected."
LASTS = f"Scans are paused until you save a new token. {UNAFFECTED}"
WORDS = {  # the text after "Your GitHub token", and what to do
    Problem.REJECTED: ("no longer works", f"It was revoked or deleted on GitHub. {LASTS}"),
    Problem.SCOPE: ("has lost the repo scope", f"It cannot read private repositories. {LASTS}"),
    Problem.UNREADABLE: (
        "cannot read {repository}",
        "The repository was deleted, or the token lost its access. Scans are paused until you give the token access "
        f"or select another repository. {UNAFFECTED}",
    ),
    Problem.SIGN_ON: (
        "is not authorized for single sign-on",
        "The organization of {repository} requires it. Scans are paused until you authorize the token on GitHub. "
        f"{UNAFFECTED}",
    ),
    Problem.SEALED: ("cannot be decrypted", f"The portal no longer has the key that encrypted it. {LASTS}"),
}

FIELDS = ("problem", "problem_kind", "sign_on_url")
# Problems that cannot be true any more once the token has read its repository; a public one can be read without scope.
REFUTED_BY_READING = Q(problem__gt="") & Q(problem_kind__in=["", Problem.REJECTED, Problem.UNREADABLE, Problem.SIGN_ON])


@dataclass(frozen=True)
class Trouble:
    """One problem of one token, in words; `key` identifies it and makes its e-mail idempotent."""

    key: str
    tone: str
    token: str
    says: str
    text: str
    url: str

    @property
    def title(self) -> str:
        return f"{self.token} {self.says}"


@dataclass(frozen=True)
class Badge:
    """State of a token, for `{% badge %}`."""

    label: str
    tone: str
    icon: str


def badge_of(connection: GitHubConnection) -> Badge:
    days = connection.days_left
    if connection.problem_kind:
        return Badge("Needs attention", "bad", "error")
    if days is not None and days < 0:
        return Badge("Expired", "bad", "error")
    if connection.problem:
        return Badge("GitHub did not answer", "warn", "clock")
    if days is None or days > WARNING_DAYS:
        return Badge("Works", "ok", "ok")
    return Badge(f"Works, {_expires(days)}", "warn", "clock")


def _expires(days: int) -> str:
    return f"expires in {counted(days, 'day')}" if days else "expires today"


def set_problem(connection: GitHubConnection, fault: GitHubError | None) -> None:
    """Set the problem fields of the row without saving it; `fault` None clears them."""
    connection.problem = str(fault or "")
    connection.problem_kind = fault.problem if fault else ""
    connection.sign_on_url = fault.url if isinstance(fault, SignOnRequired) else ""
    if connection.problem_kind == Problem.UNREADABLE:
        name = connection.repository_name
        connection.problem = f"This token cannot read {name}. Give it access, or select another repository."


def note_success(connection: GitHubConnection, *, repository_id: int) -> None:
    """Take back what an earlier failure said, as the token has just read the repository.

    Does nothing where the token or the selected repository has changed since `connection` was loaded.
    """
    same = GitHubConnection.objects.filter(
        pk=connection.pk, token_encrypted=connection.token_encrypted, repository_id=repository_id
    )
    same.filter(REFUTED_BY_READING).update(**dict.fromkeys(FIELDS, ""))


def trouble_of(connection: GitHubConnection) -> Trouble | None:
    """Returns the token's problem, or its expiry within 14 days; None if it works or only GitHub failed."""
    days = connection.days_left
    if days is not None and days < 0:
        ended = f"It expired on {connection.expires_at:%-d %b %Y at %H:%M} UTC. {LASTS}"
        return _trouble(connection, EXPIRY, "bad", "has expired", ended)
    if connection.problem_kind:
        repository = connection.repository_name or "its repository"
        says, text = (words.format(repository=repository) for words in WORDS[Problem(connection.problem_kind)])
        return _trouble(connection, connection.problem_kind, "bad", says, text)
    if days is not None and days <= WARNING_DAYS:
        end = f"Scans stop on {connection.expires_at:%-d %b %Y at %H:%M} UTC unless you save a new one. {UNAFFECTED}"
        return _trouble(connection, EXPIRY, "warn", _expires(days), end)
    return None


def tell(connection: GitHubConnection, people: Iterable[User]) -> None:
    """Post one e-mail to each of `people` about the token's problem; idempotent."""
    trouble = trouble_of(connection)
    if trouble is None:
        return
    for person in people:
        outbox.post(
            key=f"{trouble.key}:{person.ref}",
            to=person.email,
            subject=trouble.title[:200],
            text=f"{trouble.title}. {trouble.text}\n\nFix it on your profile:\n{outbox.link(trouble.url)}",
            why="you manage this GitHub connection",
            stop="There is one e-mail for each problem. Remove the connection to get none.",
        )


def _trouble(connection: GitHubConnection, kind: str, tone: str, says: str, text: str) -> Trouble:
    whose = "The platform's" if connection.is_platform else "Your"
    side = "?for=platform" if connection.is_platform else ""
    url = f"{reverse('accounts:profile')}{side}#github"
    return Trouble(_key(connection, kind), tone, f"{whose} GitHub token", says, text, url)


def _key(connection: GitHubConnection, kind: str) -> str:
    if kind == EXPIRY:  # the same problem from the first warning until expiry
        return f"token:{connection.ref}:{kind}:{connection.expires_at:%Y%m%d%H%M%S}"
    about = f"{connection.repository_id} " if kind in (Problem.UNREADABLE, Problem.SIGN_ON) else ""
    digest = hashlib.sha256(about.encode() + bytes(connection.token_encrypted)).hexdigest()
    return f"token:{connection.ref}:{kind}:{digest[:16]}"
