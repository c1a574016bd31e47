"""Database triggers of deployments and runs, whoever writes to them and how. Migrations install them.

They refuse to change what has ended, and keep what lists would otherwise compute, in the transaction that changes it;
`deployments.recount` compares what is kept with what it should be.
"""

import pgtrigger

from foundation import triggers

FINAL = "('succeeded', 'failed', 'cancelled', 'lost')"  # Run.FINAL
EMPTIED = ("plan", "process", "secret_inputs", "secret_names", "state_id")  # by retention
SET_ONCE = ("state_id", "resource_count", "emptied_at")

# A person searches for a deployment by these words; they stay as they were when it was created.
WORDS = pgtrigger.Trigger(
    name="deployment_keeps_its_words",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("words"),
    func="""
        NEW.words := lower(NEW.name || ' ' || NEW.ref || ' ' || coalesce(
            (SELECT module_title FROM billing_costcentre WHERE id = NEW.cost_centre_id), ''));
        RETURN NEW;
    """,
)
NEVER_BACK = pgtrigger.Trigger(
    name="newest_run_never_goes_back",
    when=pgtrigger.Before,
    operation=pgtrigger.UpdateOf("newest_run_id"),
    func="NEW.newest_run_id := greatest(OLD.newest_run_id, NEW.newest_run_id); RETURN NEW;",
)
NEWEST_RUN = pgtrigger.Trigger(
    name="deployment_knows_its_newest_run",
    when=pgtrigger.After,
    operation=pgtrigger.Insert,
    func="""
        UPDATE deployments_deployment SET newest_run_id = NEW.id
         WHERE id = NEW.deployment_id AND (newest_run_id IS NULL OR newest_run_id < NEW.id);
        RETURN NULL;
    """,
)


def _counted(name: str, operation: pgtrigger.Operation, condition: str) -> pgtrigger.Trigger:
    """A trigger that adds an ended run to its module's rows of that day and of all days (`RunCount`).

    A transaction takes these rows before wallets, and none takes them after: so nobody waits in a circle.
    """
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.After,
        operation=operation,
        condition=pgtrigger.Condition(condition),
        func="""
            INSERT INTO deployments_runcount AS kept
                   (module_id, day, finished, succeeded, others_ended, others_succeeded)
            SELECT m.id, days.day, counts::int, (counts AND worked)::int, others::int, (others AND worked)::int
              FROM modules_moduleversion v
              JOIN modules_module m ON m.id = v.module_id
              JOIN deployments_deployment d ON d.id = NEW.deployment_id
             CROSS JOIN LATERAL (SELECT NEW.action <> 'destroy' AND NEW.status <> 'cancelled' AS counts,
                                        NEW.status = 'succeeded' AS worked,
                                        m.owner_id IS DISTINCT FROM d.owner_id AS others) run
             CROSS JOIN (VALUES (NULL::date), ((NEW.created_at AT TIME ZONE 'UTC')::date)) days(day)
             WHERE v.id = NEW.version_id
                ON CONFLICT (module_id, day) DO UPDATE SET
                   finished = kept.finished + excluded.finished,
                   succeeded = kept.succeeded + excluded.succeeded,
                   others_ended = kept.others_ended + excluded.others_ended,
                   others_succeeded = kept.others_succeeded + excluded.others_succeeded;
            RETURN NULL;
        """,
    )


DEPLOYMENT = [WORDS, NEVER_BACK]
RUN = [
    triggers.stays("an_ended_run_stays", condition=f"OLD.status IN {FINAL}", emptied=EMPTIED, set_once=SET_ONCE),
    NEWEST_RUN,
    _counted(
        "ended_run_is_counted",
        pgtrigger.UpdateOf("status"),
        f"NEW.status IN {FINAL} AND OLD.status NOT IN {FINAL}",
    ),
    _counted("run_that_has_ended_is_counted", pgtrigger.Insert, f"NEW.status IN {FINAL}"),
]
