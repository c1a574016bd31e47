"""All that the Publish page knows of a repository: its candidates as a person's draft ticks them."""

from collections.abc import Collection
from dataclasses import dataclass

from accounts.models import GitHubConnection, User
from modules.models import Module, Scan
from modules.publishing import candidates, comparisons, drafts, previews, promise
from modules.publishing.candidate import Candidate, Plan
from modules.publishing.promise import Promise


@dataclass
class Overview:
    """`elsewhere` are published modules of the same owner from other repositories, by title."""

    found: list[Candidate]
    elsewhere: list[Module]
    plan: Plan
    promise: Promise
    tags: list[str]

    def draw(self, rows: Collection[Candidate]) -> None:
        """Load what the rows show; affected ones have it already."""
        previews.attach_numbers(
            [each for each in rows if each.preview is None and (each.is_valid or each.newest)], self.tags
        )
        candidates.details([each for each in rows if not each.is_valid])


def of_connection(
    connection: GitHubConnection,
    scan: Scan | None,
    *,
    by: User,
    apart: Collection[str] = (),
    choices: dict[str, str] | None = None,
) -> Overview:
    """The candidates of `scan`, from `candidates.scans_of`, ticked as in the draft of `by`; a few queries for all.

    `choices` are those of the draft, if the caller has read them.
    """
    modules = candidates.modules_of_owner(connection)
    here = [module for module in modules if module.repository_id == connection.repository_id]
    found = candidates.of_repository(connection, scan, apart=apart, modules=here)
    comparisons.attach_bumps(found)
    drafts.apply(found, drafts.choices_of(connection, by) if choices is None else choices)
    plan = candidates.plan(found)
    tags = scan.tag_names if scan else []
    previews.attach_numbers([each for each in plan.affected if each.is_valid or each.newest], tags)
    previews.attach_live(plan.removed)
    elsewhere = [each for each in modules if each.repository_id != connection.repository_id and each.is_listed]
    return Overview(found, elsewhere, plan, promise.of_candidates(plan.affected), tags)
