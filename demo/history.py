"""The demo world's deployments: run by the workers, one failed half-way, one destroyed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from demo.waiting import NotInTime, until
from deployments import services
from deployments.models import Deployment, Run
from modules.models import Module

LIVE, FAILED, DESTROYED = "live", "failed", "destroyed"


@dataclass(frozen=True)
class Story:
    """A deployment of the demo world and its final state. `nonce` identifies it."""

    nonce: str
    by: str
    path: str
    name: str
    inputs: dict = field(default_factory=dict)
    secrets: dict = field(default_factory=dict)
    end: str = LIVE


# In this order, carol's Awarded credits pay for the first ones and Purchased credits for alice's module.
STORIES = [
    Story("demo-old", "carol", "modules/static_site", "spring-campaign", {"site_name": "spring"}, end=DESTROYED),
    Story("demo-api", "carol", "modules/Container_Service", "checkout-api", {"project_name": "checkout"}),
    Story("demo-shop", "carol", "secure_web_app", "web-shop", {"app_name": "web-shop", "stage": "live"}),
    Story("demo-sales", "carol", "modules/Warehouse_Starter", "sales-figures", end=FAILED),
    Story("demo-bus", "alice", "message_bus", "order-queues", {"queues": ["orders", "returns"]}),
    Story("demo-net", "bob", "modules/Network_Foundation", "sensor-network", {"network_name": "sensors", "seconds": 0}),
    Story("demo-site", "carol", "modules/static_site", "company-site", {"site_name": "www", "keep_versions": 10}),
]


def deployments(say: Callable[[str], None]) -> None:
    """Bring each of STORIES to its final state."""
    made = {deployment.nonce: deployment for deployment in _deployments(STORIES)}
    unfinished = [story for story in STORIES if not _has_ended(story, made.get(story.nonce))]
    for story in unfinished:
        if story.nonce not in made:
            _create(story)
    for story in unfinished:
        say(f"{story.name}, deployed by {story.by}")
        until(partial(_pushed, story), story.name)


def _deployments(stories: list[Story]) -> QuerySet[Deployment]:
    def had(status):
        return Exists(Run.objects.filter(deployment=OuterRef("pk"), status=status))

    known = Deployment.objects.filter(nonce__in=[story.nonce for story in stories])
    return known.annotate(has_succeeded=had(Run.Status.SUCCEEDED), has_failed=had(Run.Status.FAILED))


def _has_ended(story: Story, deployment: Deployment | None) -> bool:
    if deployment is None:
        return False
    if story.end == DESTROYED:
        return deployment.destroyed_at is not None
    return deployment.has_failed if story.end == FAILED else deployment.has_succeeded


def _pushed(story: Story) -> bool:
    """Whether the story has its final state; if not, starts the next run unless one is under way."""
    known = _deployments([story])
    newest = Run.objects.filter(deployment__in=known.values("pk")).newest_first().first()
    deployment = known.get()  # read after its newest run, to include the changes of a final one
    if _has_ended(story, deployment):
        return True
    if newest.status == Run.Status.FAILED:
        raise NotInTime(f"{story.name} failed: {newest.error}")
    if newest.is_final:  # neither failed nor succeeded: the demo was stopped during the run
        action = Run.Action.DESTROY if deployment.has_succeeded else Run.Action.RETRY
        services.start_run(deployment, action=action, by=deployment.owner)
    return False


def _create(story: Story) -> None:
    by = User.objects.get(email=f"{story.by}@example.com")
    module = Module.objects.visible_to(by).published().select_related("current_version").get(path=story.path)
    services.create_deployment(
        module.current_version, name=story.name, inputs=story.inputs, secrets=story.secrets, by=by, nonce=story.nonce
    )
