"""Which scopes a GitHub token has, and whether they are enough.

Source: https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps
"""

from accounts.github_errors import ScopeMissing

NEEDED_SCOPE = "repo"


def read_scopes(token: str, header: str | None) -> tuple[list[str], bool]:
    """The scopes that GitHub names in X-OAuth-Scopes, and whether the token is a fine-grained one, which has none.

    Raises ScopeMissing for a classic token that cannot read private repositories.
    """
    scopes = [scope.strip() for scope in (header or "").split(",") if scope.strip()]
    # A fine-grained token has no such header; should it come empty, only the prefix tells the two kinds apart.
    is_fine_grained = header is None or (not scopes and token.startswith("github_pat_"))
    if not is_fine_grained and NEEDED_SCOPE not in scopes:
        raise ScopeMissing
    return scopes, is_fine_grained
