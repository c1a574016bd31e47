"""What GitHub answers a token that is not authorized for an organization's single sign-on.

Source: https://docs.github.com/en/rest/authentication/authenticating-to-the-rest-api#personal-access-tokens-and-saml-sso
"""

from demo.local_github.http import GitHubError
from demo.local_github.shapes import user
from demo.local_github.world import Token

MESSAGE = (
    "Resource protected by organization SAML enforcement. "
    "You must grant your Personal Access token access to this organization."
)


def required(organization: str, *, base: str) -> GitHubError:
    """Return the refusal of one resource, with the address that authorizes the token."""
    error = GitHubError(403, MESSAGE)
    url = f"{base}/orgs/{organization}/sso?authorization_request=AZSCKtL4U8yX1H3sCQIVnVgmjmon5fWx"
    error.headers = {"X-GitHub-SSO": f"required; url={url}"}
    return error


def partial(token: Token, *, base: str) -> dict[str, str]:
    """Return the headers of a list without the rows of some organizations."""
    numbers = [str(user(login, base)["id"]) for login in token.unauthorized]
    return {"X-GitHub-SSO": f"partial-results; organizations={','.join(numbers)}"} if numbers else {}
