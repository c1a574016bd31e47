"""The least that a deployment needs: a version made of files, a deployment of it, a run in the queue, a state."""

import json

from billing import services
from billing.models import CostCentre, Hold
from deployments.models import Deployment, Output, Run, StateVersion
from deployments.presentation import LogPart, log_part
from deployments.runs import results
from deployments.sandbox import state_file
from foundation.credits import CREDIT
from foundation.refs import new_ref
from modules.models import Module, ModuleVersion
from modules.reading import file_store
from modules.reading.archive import new_file


def make_version(files, *, owner, path="", title="Greeting", schema=None, **fields) -> ModuleVersion:
    """A published version of a module made of `files`: text by path in the repository."""
    archive = file_store.keep(
        {name: new_file(text.encode(), executable=name.endswith(".sh")) for name, text in files.items()}
    )
    repository = Module.objects.count() + 1
    module = Module.objects.create(
        owner=owner,
        repository_id=repository,
        repository_name="alice/modules",
        path=path,
        slug=f"module-{repository}",
        title=title,
    )
    fields = {
        "number": 1,
        "semver": f"1.{fields.get('number', 1) - 1}.0",
        "commit": "0" * 40,
        "content_hash": archive.content_hash,
        "path": path,
        "published_by": owner,
    } | fields
    version = ModuleVersion.objects.create(
        module=module, archive=archive, title=title, schema=schema or {"variables": [], "outputs": []}, **fields
    )
    module.current_version = version
    module.save(update_fields=["current_version"])
    return version


def make_deployment(version, *, owner, name="web-shop", secrets=None, **fields) -> Deployment:
    ref = new_ref()
    centre = CostCentre.objects.create(
        owner=owner, deployment_ref=ref, deployment_name=name, module_title=version.title, partner=version.module.owner
    )
    deployment = Deployment(ref=ref, owner=owner, name=name, version=version, cost_centre=centre, **fields)
    deployment.set_secrets(secrets or {})
    deployment.save()
    return deployment


def make_run(deployment, *, action=Run.Action.DEPLOY, **fields) -> Run:
    """The next run of a deployment, queued, with its inputs."""
    run = Run(
        deployment=deployment,
        number=deployment.runs.count() + 1,
        action=action,
        version=deployment.version,
        by=deployment.owner,
        **{"inputs": deployment.inputs} | fields,
    )
    run.set_secrets(deployment.secrets())
    run.save()
    return run


def hold_for(run, amount) -> Hold:
    """Reserve credits of the owner for a run, as `start_run` does."""
    return services.hold(
        run.deployment.owner,
        amount=amount * CREDIT,
        key=f"run:{run.ref}:hold",
        run=run.ref,
        cost_centre=run.deployment.cost_centre,
        by=run.by,
        explain=f"{run.deployment.name}, run {run.number}",
    )


def hold_of(run) -> Hold | None:
    """What was reserved when the run was asked for."""
    return Hold.objects.filter(run_ref=run.ref).first()


def make_state(run, *addresses, serial=1, outputs=None) -> StateVersion:
    """A state that a run left, with managed resources such as "a.one" and with outputs as Terraform writes them."""
    resources = [
        {"mode": "managed", "type": kind, "name": name, "instances": [{}]}
        for kind, _, name in (address.partition(".") for address in addresses)
    ]
    content = {"version": 4, "lineage": "one", "serial": serial, "resources": resources, "outputs": outputs or {}}
    text = json.dumps(content).encode()
    found = state_file.read(text)
    counts = {"resource_count": found.resource_count, "output_count": found.output_count}
    version = StateVersion(deployment=run.deployment, run=run, lineage="one", serial=serial, **counts)
    version.content = text
    version.save()
    results.keep(version, found)
    return version


def outputs_of(deployment) -> dict:
    """The values of a deployment's outputs, by name; sensitive and large ones as None."""
    return dict(Output.objects.filter(state=deployment.state_id).values_list("name", "value"))


def download_of(run) -> str:
    """The text of a run's log as it is downloaded."""
    part, text = LogPart("", 0, 0), ""
    while (part := log_part(run.pk, part)).text:
        text += part.text
    return text


def log_of(run) -> list[str]:
    """The lines of a run's log without their tones."""
    return [line[1:] for chunk in run.log.all() for line in chunk.text.split("\n")]
