"""Compares what the database's triggers keep (`deployments.triggers`) with the rows that it was made from."""

from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

COLUMNS = "module_id, day, finished, succeeded, others_ended, others_succeeded"
COUNTED = """
SELECT v.module_id, days.day,
       count(*) FILTER (WHERE r.action <> 'destroy' AND r.status <> 'cancelled') AS finished,
       count(*) FILTER (WHERE r.action <> 'destroy' AND r.status = 'succeeded') AS succeeded,
       count(*) FILTER (WHERE m.owner_id IS DISTINCT FROM d.owner_id) AS others_ended,
       count(*) FILTER (WHERE m.owner_id IS DISTINCT FROM d.owner_id AND r.status = 'succeeded') AS others_succeeded
  FROM deployments_run r
  JOIN modules_moduleversion v ON v.id = r.version_id
  JOIN modules_module m ON m.id = v.module_id
  JOIN deployments_deployment d ON d.id = r.deployment_id
 CROSS JOIN LATERAL (VALUES (NULL::date), ((r.created_at AT TIME ZONE 'UTC')::date)) days(day)
 WHERE r.status IN ('succeeded', 'failed', 'cancelled', 'lost')
 GROUP BY v.module_id, days.day
"""
CHECKS = {
    "a deployment's newest run is its last one": """
        SELECT d.ref, d.newest_run_id, last.id FROM deployments_deployment d
          LEFT JOIN (SELECT deployment_id, max(id) AS id FROM deployments_run GROUP BY deployment_id) last
            ON last.deployment_id = d.id
         WHERE d.newest_run_id IS DISTINCT FROM last.id""",
    "a module's counts are those of its ended runs": f"""
        SELECT 'kept', wrong.* FROM (SELECT {COLUMNS} FROM deployments_runcount EXCEPT {COUNTED}) wrong
         UNION ALL
        SELECT 'counted', missing.* FROM ({COUNTED} EXCEPT SELECT {COLUMNS} FROM deployments_runcount) missing""",  # noqa: S608
    "a deployment's words are its name, its ref and its module's title": """
        SELECT d.ref, d.words FROM deployments_deployment d JOIN billing_costcentre c ON c.id = d.cost_centre_id
         WHERE d.words <> lower(d.name || ' ' || d.ref || ' ' || c.module_title)""",
}
REPAIRS = [
    "LOCK TABLE deployments_runcount IN EXCLUSIVE MODE",  # waits for runs that end now
    "DELETE FROM deployments_runcount",
    f"INSERT INTO deployments_runcount ({COLUMNS}) {COUNTED}",
    """UPDATE deployments_deployment d SET newest_run_id = last.id
         FROM (SELECT deployment_id, max(id) AS id FROM deployments_run GROUP BY deployment_id) last
        WHERE last.deployment_id = d.id AND d.newest_run_id IS DISTINCT FROM last.id""",
    "UPDATE deployments_deployment SET words = words",  # its trigger writes them
]


@dataclass(frozen=True)
class Fault:
    """What is kept wrongly, and the row of it."""

    rule: str
    row: tuple[Any, ...]


def faults() -> list[Fault]:
    """All rows that are kept wrongly; empty when nothing is."""
    with connection.cursor() as cursor:
        return [Fault(rule, row) for rule, query in CHECKS.items() for row in _rows(cursor, query)]


@transaction.atomic
def repair() -> None:
    """Count again."""
    with connection.cursor() as cursor:
        for statement in REPAIRS:
            cursor.execute(statement)


def _rows(cursor: Any, query: str) -> list[tuple[Any, ...]]:
    cursor.execute(query)
    found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
