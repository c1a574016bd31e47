"""What a run has lost: the sentence for its page, and the e-mails to the owner and the admins."""

from dataclasses import dataclass

from django.conf import settings

from accounts.models import User
from deployments.models import AsideState, Deployment, Run
from foundation import outbox

NAMED = 3  # resources in a sentence
LISTED = 50  # resources in an e-mail
SUBJECT = 150  # characters
Reason = AsideState.Reason

WHAT = {
    Reason.MISSING: "The state is missing at the end of the run.",
    Reason.INCOMPLETE: "The state at the end of the run is not complete.",
    Reason.TOO_LARGE: "The state can't be saved: it is larger than {limit:,} bytes.",
    Reason.UNREADABLE: "The state at the end of the run can't be read.",
    Reason.LINEAGE: "The state was replaced by an unrelated one.",
    Reason.SERIAL: "The state at the end of the run has a serial that doesn't follow.",
}
KEPT = "The portal keeps the last good state. An admin can decide what to do with this one."


@dataclass(frozen=True)
class Loss:
    """Why the state at the end of a run was not taken, and which resources no kept state lists."""

    reason: Reason
    missing: list[str]

    @property
    def sentence(self) -> str:
        what = WHAT[self.reason].format(limit=settings.RUN_STATE_BYTES)
        return " ".join(filter(None, (what, _unlisted(self.missing), KEPT)))


def _unlisted(missing: list[str]) -> str:
    if not missing:
        return ""
    named, more = ", ".join(missing[:NAMED]), len(missing) - NAMED
    return f"Terraform reported {named}{f' and {more:,} more' if more > 0 else ''}, which no kept state lists."


def tell(deployment: Deployment, run: Run) -> None:
    """Post the e-mails about a run that has lost something, within the transaction that ends it."""
    missing = list(dict.fromkeys(address for found in run.asides.all() for address in found.missing))
    text = TOLD.format(
        name=deployment.name,
        number=run.number,
        error=run.error.partition("\n")[0],
        resources=_listed(missing),
        address=outbox.link(run_address(run)),
    )
    admins = User.objects.filter(is_staff=True, is_active=True)
    for person in {deployment.owner, *admins}:
        is_owner = person == deployment.owner
        outbox.post(
            key=f"state-lost:{run.ref}:{person.ref}",
            to=person.email,
            subject=f"The state of {deployment.name} could not be kept"[:SUBJECT],
            text=text,
            why="this deployment is yours" if is_owner else "you are an admin of this portal",
            stop="There is one e-mail for each run that loses its state.",
        )


def run_address(run: Run) -> str:
    return f"{run.deployment.get_absolute_url()}runs/{run.number}/"


def _listed(missing: list[str]) -> str:
    lines = [f"- {address}" for address in missing[:LISTED]]
    if len(missing) > LISTED:
        lines.append(f"- and {len(missing) - LISTED:,} more")
    return "\n".join(lines) or "- none that are known"


TOLD = """Run {number} of {name} ended without a state that the portal could keep.

{error}

Resources that exist and are in no kept state:

{resources}

An admin decides what becomes of the state that was found. Until then, do not destroy or change this deployment.

{address}"""
