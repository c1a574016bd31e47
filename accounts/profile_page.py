"""Sentences of the profile page: pure functions of data."""

from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.github_errors import GitHubError, SignOnRequired
from accounts.models import GitHubConnection, User
from foundation.paragraphs import counted, joined


@dataclass(frozen=True)
class GitHubCards:
    """Sentences of the cards about a GitHub connection; those that need a connection are blank without one."""

    intro: str
    refusal: str
    readable: str = ""
    left_out: str = ""
    unaffected: str = ""
    removal: str = ""
    webhook: str = ""
    chosen: str = ""


def github_cards(
    connection: GitHubConnection | None, *, is_platform: bool, readable: int = 0, published: int | None = None
) -> GitHubCards:
    """`readable` counts repositories, `published` modules from the selected one; None if unknown."""
    intro, refusal = token_intro(is_platform=is_platform), token_refusal(has_token=connection is not None)
    if connection is None:
        return GitHubCards(intro, refusal)
    return GitHubCards(
        intro,
        refusal,
        readable=f"This token can read {counted(readable, 'repository', 'repositories')}",
        left_out=left_out(connection.organizations_left_out),
        unaffected=unaffected_by_choice(connection.repository_name, published),
        removal=removal(published),
        webhook=webhook(connection.repository_name, has_secret=bool(connection.webhook_secret_encrypted)),
        chosen=chosen(connection.repository_name, connection.branch, any_depth=connection.any_depth),
    )


def lead(person: User) -> str:
    """Address and roles in one line: "alice@example.com, partner since June 2026, admin"."""
    partner = f"partner since {person.partner_since:%B %Y}" if person.is_partner else ""
    return ", ".join(part for part in (person.email, partner, "admin" if person.is_staff else "") if part)


def token_intro(*, is_platform: bool) -> str:
    whose = "the platform's modules" if is_platform else "your modules"
    return f"The portal reads {whose} from a GitHub repository. It needs a token and changes nothing there."


def token_refusal(*, has_token: bool) -> str:
    """The text after "The token was not saved."."""
    kept = "The current token is still in use." if has_token else ""
    return joined([kept, "Paste a token again."])


def found(number: int) -> str:
    """Result line of the repository search."""
    if number == 0:
        return "No repository found. Type less of the name, or refresh the list."
    return f"{counted(number, 'repository', 'repositories')} found"


def unaffected_by_choice(repository: str, published: int | None) -> str:
    stays = "Published modules"
    if published:
        stays = f"The {counted(published, 'module')} published from {repository}"
    return f"You can change the repository, branch or token at any time. {stays} and all deployments are not affected."


def removal(published: int | None) -> str:
    stays = counted(published, "published module") if published else "Published modules"
    return f"This deletes the stored token and stops scans. {stays} and all deployments are not affected."


def webhook(repository: str, *, has_secret: bool) -> str:
    if not repository:
        return "Select a repository first. A webhook then tells the portal about each push within seconds."
    if has_secret:
        return (
            f"On GitHub, open the webhooks of {repository} and add one with these values. "
            "It tells the portal about each push within seconds."
        )
    return (
        f"The portal checks {repository} for changes every few minutes. With a webhook it knows them within seconds. "
        "Create the secret, then add the webhook on GitHub with these values."
    )


def chosen(repository: str, branch: str, *, any_depth: bool) -> SafeString:
    depth = ", folders at any depth" if any_depth else ""
    return format_html("Now {}, branch <code>{}</code>{}", repository, branch, depth)


def repository_saved(connection: GitHubConnection) -> str:
    depth = " They may be in folders at any depth." if connection.any_depth else ""
    return (
        f"The repository was saved. Modules now come from {connection.repository_name}, "
        f"branch {connection.branch}.{depth}"
    )


def left_out(organizations: int) -> str:
    """Which repositories are missing in the list; blank when it is complete."""
    if not organizations:
        return ""
    whose = "an organization" if organizations == 1 else f"{organizations:,} organizations"
    return (
        f"GitHub left out the repositories of {whose}, because this token is not authorized for single sign-on there. "
        "Authorize it under “Configure SSO” on GitHub, then refresh the list."
    )


def github_refusal(error: GitHubError) -> SafeString | str:
    """The error's sentence, with GitHub's link where the token can be authorized for single sign-on."""
    if isinstance(error, SignOnRequired) and error.url:
        link = '{} <a href="{}" rel="noopener noreferrer">Authorize the token on GitHub</a>'
        return format_html(link, str(error), error.url)
    return str(error)
