"""Plans, resources and outputs move from the rows of runs and deployments to tables of their own."""

import json
import zlib

from django.db import migrations

from deployments.inputs import values
from deployments.sandbox.json_text import loaded, pieces
from deployments.sandbox.state_file import LONGEST_NAME, NotAState, read
from foundation import encryption

LARGE, SHOWN = 64 * 1024, 256 * 1024
STATUSES = {"waiting", "running", "done", "failed"}


def move(apps, schema_editor):
    Deployment, Run = (apps.get_model("deployments", name) for name in ("Deployment", "Run"))
    for run in Run.objects.only("plan", "resources").iterator(chunk_size=100):
        _move_plan(apps, run)
    for deployment in Deployment.objects.only("ref").iterator(chunk_size=100):
        _move_standing(apps, deployment)


def _move_plan(apps, run):
    rows, plan = run.resources, dict(run.plan)
    if not plan:
        return
    Change = apps.get_model("deployments", "PlannedChange")
    planned = rows or plan.get("resources", [])
    Change.objects.bulk_create([_change(Change, run, at, row) for at, row in enumerate(planned)], batch_size=1_000)
    plan.pop("resources", None)
    plan |= {"listed": len(planned), "done": sum(row.get("status") == "done" for row in planned)}
    type(run).objects.filter(pk=run.pk).update(plan=plan)


def _change(Change, run, at, row):
    status = row.get("status", "waiting")
    return Change(
        run=run,
        position=at,
        address=row["address"],
        action=row.get("action", "")[:20],
        status=status if status in STATUSES else "failed",
        seconds=int(row.get("seconds") or 0),
    )


def _move_standing(apps, deployment):
    """Each ended run gets the newest state of its time: of what was kept by then, that of the highest serial."""
    Deployment, Run, State = (apps.get_model("deployments", name) for name in ("Deployment", "Run", "StateVersion"))
    states = list(State.objects.filter(deployment=deployment).order_by("serial").values_list("pk", "run_id"))
    filled, newest = set(), None
    ended = Run.objects.filter(deployment=deployment, finished_at__isnull=False, standing__isnull=False)
    for run in ended.order_by("pk").only("standing").iterator(chunk_size=1):
        newest = next((pk for pk, by in reversed(states) if by <= run.pk), None)
        Run.objects.filter(pk=run.pk).update(state=newest, resource_count=run.standing["count"])
        if newest and newest not in filled:
            filled.add(newest)
            _fill(apps, newest, run.standing)
    Deployment.objects.filter(pk=deployment.pk).update(state=newest)
    if newest:
        _keep_values(apps, newest, deployment.ref)


def _fill(apps, state_id, standing):
    State, Resource = (apps.get_model("deployments", name) for name in ("StateVersion", "StateResource"))
    counts = {"resource_count": standing["count"], "output_count": len(standing["outputs"])}
    State.objects.filter(pk=state_id).update(**counts)
    listed = enumerate(standing["addresses"])
    Resource.objects.bulk_create([Resource(state_id=state_id, position=at, address=text) for at, text in listed])
    left = SHOWN
    for name, output in standing["outputs"].items():
        if len(name) <= LONGEST_NAME:
            left -= _fill_output(apps, state_id, name, output, left)


def _fill_output(apps, state_id, name, output, left):
    """Returns the bytes of a value that is kept for pages."""
    is_sensitive = bool(output.get("sensitive"))
    size = 0 if is_sensitive else len(json.dumps(output.get("value"), ensure_ascii=False).encode(errors="replace"))
    is_large = size > min(LARGE, left)
    apps.get_model("deployments", "Output").objects.create(
        state_id=state_id,
        name=name,
        type=output.get("type"),
        is_sensitive=is_sensitive,
        is_large=is_large,
        size=size,
        value=None if is_sensitive or is_large else output.get("value"),
    )
    return 0 if is_large else size


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
