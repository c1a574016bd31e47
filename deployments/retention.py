"""What of deployments is removed because of its age. Their runs, what they cost, and their newest state stay."""

from datetime import datetime

from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from deployments.models import AsideState, Draft, PlannedChange, Run, RunLog, StateVersion
from foundation import retention
from foundation.retention import DATABASE, Rule

ROWS = 5_000  # of logs and plans that a step removes, and those of one run


def _empty_runs(before: datetime, most: int) -> int:
    """Logs and plans of ended runs, whose rows stay and say so. A step ends early after long logs."""
    old = Run.objects.using(DATABASE).filter(finished_at__lt=before, emptied_at=None, status__in=Run.FINAL)
    emptied, rows = [], 0
    for run in list(old.order_by("finished_at").values_list("pk", flat=True)[:most]):
        emptied.append(run)
        rows += sum(_delete_of(run, model) for model in (RunLog, PlannedChange))
        if rows >= ROWS:
            break
    Run.objects.using(DATABASE).filter(pk__in=emptied).update(plan={}, process={}, emptied_at=timezone.now())
    return most if rows >= ROWS else len(emptied)


def _delete_of(run: int, model: type[RunLog] | type[PlannedChange]) -> int:
    """Delete the run's rows of this model at once, as nothing hangs on them; returns how many there were."""
    return int(model._base_manager.using(DATABASE).filter(run=run)._raw_delete(DATABASE))


def _empty_secrets(before: datetime, most: int) -> int:
    """Copies of sensitive inputs in ended runs, which only masked their output; the deployment has its own.

    They stay while a state that the run left may be accepted, as its addresses are masked then.
    """
    open_states = AsideState.objects.filter(run=OuterRef("pk"), taken_at=None)
    masks = Exists(open_states.exclude(decision=AsideState.Decision.DISMISSED))
    old = Run.objects.using(DATABASE).filter(~masks, finished_at__lt=before, status__in=Run.FINAL)
    chosen = list(old.exclude(secret_inputs=b"").order_by("finished_at").values_list("pk", flat=True)[:most])
    Run.objects.using(DATABASE).filter(pk__in=chosen).update(secret_inputs=b"", secret_names=[])
    return len(chosen)


def _forget_states(before: datetime, most: int) -> int:
    """States of deployments that have newer ones."""
    newer = StateVersion.objects.filter(deployment=OuterRef("deployment"), serial__gt=OuterRef("serial"))
    old = StateVersion.objects.filter(Exists(newer), created_at__lt=before)
    return retention.delete(old.exclude(deployment__state=F("pk")), most)


def _forget_asides(before: datetime, most: int) -> int:
    """States that were put aside, and that an admin dismissed, or accepted and a worker has taken."""
    decided = AsideState.objects.filter(decided_at__lt=before)
    return retention.delete(decided.exclude(pk__in=AsideState.objects.open()), most)


def _forget_drafts(before: datetime, most: int) -> int:
    """Forms that were filled in and never sent."""
    return retention.delete(Draft.objects.filter(updated_at__lt=before), most)


RULES = [
    Rule("logs and plans of runs", "KEEP_RUN_LOGS_DAYS", _empty_runs),
    Rule("sensitive inputs of ended runs", "KEEP_RUN_SECRETS_DAYS", _empty_secrets),
    Rule("earlier states", "KEEP_STATES_DAYS", _forget_states),
    Rule("decided states", "KEEP_STATES_DAYS", _forget_asides),
    Rule("filled-in forms", "KEEP_DRAFTS_DAYS", _forget_drafts),
]
