"""Plans, resources and outputs move from the rows of runs and deployments to tables of their own."""

import json
import zlib
from itertools import islice

from django.db import migrations
from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import RawSQL

from deployments.inputs import values
from deployments.sandbox.json_text import loaded, pieces
from deployments.sandbox.state_file import LONGEST_NAME, NotAState, read
from foundation import encryption

LARGE, SHOWN = 64 * 1024, 256 * 1024
AT_ONCE = 500
CHANGES = """
    INSERT INTO deployments_plannedchange (run_id, position, address, action, status, seconds)
    SELECT run.id, place - 1, change ->> 'address', left(coalesce(change ->> 'action', ''), 20),
           CASE WHEN NOT change ? 'status' THEN 'waiting'
                WHEN change ->> 'status' IN ('waiting', 'running', 'done', 'failed') THEN change ->> 'status'
                ELSE 'failed' END,
           trunc(coalesce((change ->> 'seconds')::numeric, 0))
      FROM deployments_run run
     CROSS JOIN jsonb_array_elements(CASE WHEN resources = '[]' THEN coalesce(plan -> 'resources', '[]')
                                          ELSE resources END) WITH ORDINALITY AS listed (change, place)
     WHERE plan <> '{}'
"""
PLANS = """
    UPDATE deployments_run run
       SET plan = plan - 'resources' || jsonb_build_object('listed', counted.listed, 'done', counted.done)
      FROM (SELECT planned.id, count(change.id) AS listed, count(*) FILTER (WHERE change.status = 'done') AS done
              FROM deployments_run planned LEFT JOIN deployments_plannedchange change ON change.run_id = planned.id
             WHERE plan <> '{}' GROUP BY planned.id) counted
     WHERE counted.id = run.id
"""
# Each ended run gets the newest state of its time: of what was kept by then, that of the highest serial.
STATES_OF_RUNS = """
    UPDATE deployments_run run SET resource_count = (standing ->> 'count')::int, state_id = (
           SELECT kept.id FROM deployments_stateversion kept
            WHERE kept.deployment_id = run.deployment_id AND kept.run_id <= run.id ORDER BY serial DESC LIMIT 1)
     WHERE finished_at IS NOT NULL AND standing IS NOT NULL
"""
STATES_OF_DEPLOYMENTS = """
    UPDATE deployments_deployment deployment SET state_id = newest.state_id
      FROM (SELECT DISTINCT ON (deployment_id) deployment_id, state_id FROM deployments_run
             WHERE finished_at IS NOT NULL AND standing IS NOT NULL ORDER BY deployment_id, id DESC) newest
     WHERE newest.deployment_id = deployment.id
"""
# What a state has is told by the first run that ended with it.
FIRST = "SELECT DISTINCT ON (state_id) id FROM deployments_run WHERE state_id IS NOT NULL ORDER BY state_id, id"
COUNTS = f"""
    UPDATE deployments_stateversion kept
       SET resource_count = (run.standing ->> 'count')::int,
           output_count = (SELECT count(*) FROM jsonb_object_keys(run.standing -> 'outputs'))
      FROM deployments_run run WHERE run.state_id = kept.id AND run.id IN ({FIRST})
"""
RESOURCES = f"""
    INSERT INTO deployments_stateresource (state_id, position, address)
    SELECT state_id, place - 1, address
      FROM deployments_run
     CROSS JOIN jsonb_array_elements_text(standing -> 'addresses') WITH ORDINALITY AS listed (address, place)
     WHERE deployments_run.id IN ({FIRST})
"""


def move(apps, schema_editor):
    for statement in (CHANGES, PLANS, STATES_OF_RUNS, STATES_OF_DEPLOYMENTS, COUNTS, RESOURCES):
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(statement)
    outputs = _outputs(apps)
    while some := list(islice(outputs, AT_ONCE)):
        apps.get_model("deployments", "Output").objects.bulk_create(some)
    Deployment, Output = (apps.get_model("deployments", name) for name in ("Deployment", "Output"))
    encrypted = Output.objects.filter(Q(is_sensitive=True) | Q(is_large=True), state=OuterRef("state"))
    for deployment in Deployment.objects.filter(Exists(encrypted)).only("ref", "state").iterator(chunk_size=100):
        _keep_values(apps, deployment.state_id, deployment.ref)


def _outputs(apps):
    Run = apps.get_model("deployments", "Run")
    found = Run.objects.filter(pk__in=RawSQL(FIRST, [])).exclude(standing__outputs={})
    found = found.values_list("state", "standing__outputs")
    for state_id, outputs in found.iterator(chunk_size=10):
        left = SHOWN
        for name, output in outputs.items():
            if len(name) <= LONGEST_NAME:
                made = _output(apps, state_id, name, output, left)
                left -= 0 if made.is_large else made.size
                yield made


def _output(apps, state_id, name, output, left):
    """`left` are the bytes that pages have room for."""
    is_sensitive = bool(output.get("sensitive"))
    size = 0 if is_sensitive else len(json.dumps(output.get("value"), ensure_ascii=False).encode(errors="replace"))
    is_large = size > min(LARGE, left)
    return apps.get_model("deployments", "Output")(
        state_id=state_id,
        name=name,
        type=output.get("type"),
        is_sensitive=is_sensitive,
        is_large=is_large,
        size=size,
        value=None if is_sensitive or is_large else output.get("value"),
    )


def _keep_values(apps, state_id, ref):
    """The sensitive and large values of a deployment's newest state; none where it cannot be read."""
    Output = apps.get_model("deployments", "Output")
    version = apps.get_model("deployments", "StateVersion").objects.get(pk=state_id)
    context = f"deployments.deployment:{ref}:state:{version.lineage}:{version.serial}"
    try:
        found = read(zlib.decompress(encryption.decrypt(bytes(version.data), context=context)))
    except (NotAState, encryption.DecryptionFailed, zlib.error):
        return
    outputs = {output.name: output for output in Output.objects.filter(state_id=state_id)}
    for each in found.outputs:
        output = outputs.get(each.name)
        if output and (output.is_sensitive or output.is_large):
            is_large = output.is_large or each.size > LARGE
            Output.objects.filter(pk=output.pk).update(size=each.size, is_large=is_large)
            _keep_parts(apps, output, each, context)


def _keep_parts(apps, output, found, context):
    Part = apps.get_model("deployments", "OutputPart")
    small = found.size <= LARGE
    texts = [values.show(loaded(found.value)).encode()] if small else pieces(found.value, LARGE)
    for number, text in enumerate(texts):
        data = encryption.encrypt(zlib.compress(text, level=1), context=f"{context}:output:{number}:{output.name}")
        Part.objects.create(output=output, number=number, data=data)


class Migration(migrations.Migration):
    dependencies = [("deployments", "0011_results")]
    operations = [migrations.RunPython(move, migrations.RunPython.noop)]
