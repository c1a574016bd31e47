"""What the database keeps of runs, whoever writes to it and how. Migrations install it."""

from foundation import triggers

FINAL = "('succeeded', 'failed', 'cancelled', 'lost')"
EMPTIED = ("plan", "process", "secret_inputs", "secret_names", "state_id")  # by retention
SET_ONCE = ("state_id", "resource_count", "emptied_at")

RUN = [
    triggers.stays("an_ended_run_stays", condition=f"OLD.status IN {FINAL}", emptied=EMPTIED, set_once=SET_ONCE),
]
