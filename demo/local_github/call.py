"""A request with its context, as routes get it."""

from dataclasses import dataclass

from demo.local_github.codeload import Codeload
from demo.local_github.git import GitRepository
from demo.local_github.http import GitHubError, Request
from demo.local_github.limits import RateLimits
from demo.local_github.world import Repository, Token, World


@dataclass
class Call:
    """Argument of a route function: the request, its token, and access to data."""

    request: Request
    token: Token
    world: World
    codeload: Codeload
    limits: RateLimits
    base: str
    repository: Repository | None = None
    git: GitRepository | None = None

    @property
    def url(self) -> str:
        """Return the API's URL of the repository."""
        return f"{self.base}/repos/{self.repository.full_name}"

    @property
    def default_branch(self) -> str:
        return self.repository.default_branch

    @property
    def pushed(self) -> GitRepository:
        """Return the git repository; one without any commit answers 409."""
        if self.git is None:
            raise GitHubError(409, "Git Repository is empty.")
        return self.git

    def commit(self, ref: str, *, status: int = 404, message: str = "Not Found") -> str:
        """Return the sha of the commit that `ref` names, or raise GitHub's error if there is none."""
        sha = self.pushed.resolve(ref)
        if sha is None:
            raise GitHubError(status, message)
        return sha
