"""Reads and checks the scopes of a GitHub token.

Source: https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps
"""

from accounts.github_errors import ScopeMissing

NEEDED_SCOPE = "repo"


def read_scopes(token: str, header: str | None) -> tuple[list[str], bool]:
    """Returns the scopes in the X-OAuth-Scopes header, and whether the token is fine-grained, which has none.

    Raises ScopeMissing for a classic token that cannot read private repositories.
    """
    scopes = [scope.strip() for scope in (header or "").split(",") if scope.strip()]
    # Fine-grained tokens have no such header; if it is empty, only the prefix distinguishes the two kinds.
    is_fine_grained = header is None or (not scopes and token.startswith("github_pat_"))
    if not is_fine_grained and NEEDED_SCOPE not in scopes:
        raise ScopeMissing
    return scopes, is_fine_grained
