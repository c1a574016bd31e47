"""100,000 deployments with three runs each; the newest ones of carol and one run with 5,000 resources among them."""

from bench.scale.rows import insert, run
from bench.scale.size import Size
from billing.models import CostCentre
from deployments.models import Deployment, Output, PlannedChange, Run, RunLog, StateResource, StateVersion

SINCE_DAYS = 1_000
WORDS = "ARRAY['web','shop','batch','report','search','mail','queue','stage','proxy','index','audit','cache']"
NODE = "'google_compute_instance.node[' || k || ']'"
# Sixteen of twenty are live, two destroyed, and two never came up; of the live ones' last runs one in ten failed.
PLAN = f"""
CREATE TEMP TABLE planned AS
SELECT n AS place, pg_temp.ref('d', n) AS ref,
       ({WORDS})[n % 12 + 1] || '-' || ({WORDS})[n / 12 % 12 + 1] || '-' || n AS name,
       CASE WHEN n % 20 < 16 THEN 'live' WHEN n % 20 < 18 THEN 'destroyed' ELSE 'pending' END AS status,
       CASE WHEN n % 50 = 0 THEN {{people}} ELSE 1 + (n * 7919) % {{people}} END AS owner_id,
       now() - ({{deployments}} - n) * (interval '{SINCE_DAYS} days' / {{deployments}}) - interval '2 hours' AS at,
       offered.*
  FROM generate_series(1, {{deployments}}) n
  JOIN (SELECT m.id AS module_id, m.current_version_id AS version_id, m.title AS module_title, m.owner_id AS partner_id,
               m.own_credit_cost AS price, row_number() OVER (ORDER BY m.owner_id NULLS LAST, m.id) - 1 AS rank
          FROM modules_module m WHERE m.current_version_id IS NOT NULL) offered
    ON offered.rank = floor((SELECT count(*) FROM modules_module WHERE current_version_id IS NOT NULL)
                            * power(((n::bigint * 48271) % 99991) / 99991.0, 2))::bigint
"""
RUNS = """
CREATE TEMP TABLE planned_run AS
SELECT (p.place - 1) * 3 + number AS place, pg_temp.ref('r', (p.place - 1) * 3 + number) AS ref, number,
       p.place AS deployment_id, p.version_id, p.owner_id, p.partner_id, p.price, p.status AS deployed, p.name,
       p.at + (number - 1) * interval '20 minutes' AS at,
       CASE WHEN number = 1 THEN 'deploy' WHEN p.status = 'pending' THEN 'retry'
            WHEN p.status = 'destroyed' AND number = 3 THEN 'destroy' ELSE 'update' END AS action,
       CASE WHEN p.status = 'pending' THEN 'failed' WHEN number < 3 OR p.status = 'destroyed' THEN 'succeeded'
            WHEN p.place % 5000 = 1 THEN 'applying'
            ELSE (ARRAY['succeeded','succeeded','succeeded','failed','succeeded','succeeded','lost','succeeded',
                        'succeeded','cancelled','succeeded','succeeded','succeeded','succeeded','succeeded',
                        'succeeded','succeeded','succeeded','failed','succeeded'])[p.place / 20 % 20 + 1] END AS status,
       (number = 1 AND p.status <> 'pending' OR p.status = 'pending') AND p.price > 0
           AND p.partner_id IS DISTINCT FROM p.owner_id AS is_paid
  FROM planned p CROSS JOIN generate_series(1, 3) number
"""


def plan(size: Size) -> None:
    """What is to be, in temporary tables: money and rows are made from them."""
    run(PLAN.format(people=size.people, deployments=size.deployments))
    run("ALTER TABLE planned ADD PRIMARY KEY (place)")
    run(RUNS)
    run("ALTER TABLE planned_run ADD PRIMARY KEY (place)")
    run("ANALYZE planned; ANALYZE planned_run")


def fill_deployments() -> None:
    centre = {
        "id": "place",
        "ref": "pg_temp.ref('c', place)",
        "owner_id": "owner_id",
        "deployment_ref": "ref",
        "deployment_name": "name",
        "module_title": "module_title",
        "partner_id": "partner_id",
        "share_percent": "CASE WHEN partner_id IS NULL THEN 0 ELSE 70 END",
        "opened_at": "at",
    }
    insert(CostCentre, centre, "FROM planned ORDER BY place")
    deployment = {
        "id": "place",
        "ref": "ref",
        "owner_id": "owner_id",
        "name": "name",
        "version_id": "version_id",
        "cost_centre_id": "place",
        "status": "status",
        "inputs": """jsonb_build_object('region', 'europe-west1', 'name', name, 'nodes', place % 9)""",
        "resource_count": "CASE WHEN status = 'live' THEN 3 ELSE 0 END",
        "created_at": "at",
        "destroyed_at": "CASE WHEN status = 'destroyed' THEN at + interval '42 minutes' END",
    }
    insert(Deployment, deployment, "FROM planned ORDER BY place")


def fill_runs(size: Size, first: int, last: int) -> None:
    """Some runs with their changes and log. In one transaction with all, each would wait for the count before it."""
    phases = ", ".join(
        f"'{name}', to_char(at + interval '{seconds} s', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"+00:00\"')"
        for seconds, name in enumerate(["queued", "preparing", "planning", "applying", "saving", "succeeded"])
    )
    ended = "status <> 'applying'"
    made = f"CASE WHEN place = {size.large_run} THEN {size.resources} ELSE 3 END"
    columns = {
        "id": "place",
        "ref": "ref",
        "deployment_id": "deployment_id",
        "number": "number",
        "action": "action",
        "version_id": "version_id",
        "by_id": "owner_id",
        "status": "status",
        "token": "1",
        "attempts": "1",
        "lease_expires_at": f"CASE WHEN {ended} THEN NULL ELSE now() + interval '10 years' END",
        "inputs": "jsonb_build_object('region', 'europe-west1', 'name', name, 'nodes', deployment_id % 9)",
        "phases": f"jsonb_build_object({phases})",
        "plan": f"jsonb_build_object('create', {made}, 'change', 0, 'destroy', 0, 'listed', {made}, 'done', {made})",
        "error": "CASE WHEN status IN ('failed', 'lost') THEN 'Terraform failed: quota exceeded.' ELSE '' END",
        "resource_count": "3",
        "created_at": "at",
        "started_at": "at + interval '1 s'",
        "finished_at": f"CASE WHEN {ended} THEN at + interval '5 s' END",
    }
    source = f"FROM planned_run WHERE place BETWEEN {first} AND {last}"
    insert(Run, columns, f"{source} ORDER BY place")
    change = {
        "run_id": "place",
        "position": "k",
        "address": NODE,
        "action": "'create'",
        "status": "'done'",
        "seconds": "k",
    }
    insert(PlannedChange, change, source.replace(" WHERE", " CROSS JOIN generate_series(0, 2) k WHERE"))
    line = f"' ' || {NODE} || ': Creation complete after ' || k || 's'"
    text = f"(SELECT string_agg({line}, E'\\n') FROM generate_series(1, 14) k)"
    insert(RunLog, {"run_id": "place", "sequence": "1", "text": text, "at": "at"}, f"{source} ORDER BY place")


def fill_states(size: Size) -> None:
    """The newest state of each live deployment, whose content nobody reads here; and the changes of the large run."""
    live = "FROM planned WHERE status = 'live'"
    state = {
        "id": "place",
        "deployment_id": "place",
        "run_id": "3 * place",
        "lineage": "ref",
        "serial": "3",
        "data": "decode(repeat('00', 900), 'hex')",
        "size": "4000",
        "resource_count": "3",
        "output_count": "1",
        "created_at": "at",
    }
    insert(StateVersion, state, live)
    nodes = live.replace(" WHERE", " CROSS JOIN generate_series(0, 2) k WHERE")
    insert(StateResource, {"state_id": "place", "position": "k", "address": NODE}, nodes)
    output = {"state_id": "place", "name": "'address'", "type": "'\"string\"'", "size": "12"}
    output |= {"is_sensitive": "false", "is_large": "false", "value": "to_jsonb('10.0.0.' || place % 250)"}
    insert(Output, output, live)
    run("UPDATE deployments_deployment SET state_id = id WHERE status = 'live'")
    change = {"run_id": f"{size.large_run}", "position": "k", "address": NODE, "action": "'create'", "status": "'done'"}
    insert(PlannedChange, change, f"FROM generate_series(3, {size.resources - 1}) k")
