"""A module whose versions differ, and deployments of its first one."""

from django.urls import reverse

from deployments.models import Deployment
from deployments.tests.factories import make_deployment, make_run
from modules.tests.published_versions import variable, version_of

FIRST = {
    "variables": [
        variable("greeting", default="Hello"),
        variable("region", default="north", updatesafe=False),
        variable("old", default=""),
        variable("token", sensitive=True, default=None),
        variable("inner", group=0, default="mk-hidden"),
    ],
    "outputs": [{"name": "url", "description": "", "sensitive": False, "file": "main.tf", "line": 1}],
}
COMPATIBLE = FIRST | {"variables": [*FIRST["variables"], variable("size", type="number", default=5)]}
HTTP = {"address": "data.http.page", "file": "main.tf", "line": 3}
BREAKING = FIRST | {
    "variables": [
        variable("greeting", default="Hello"),
        variable("region", default="south", updatesafe=False),
        variable("token", default="open"),
        variable("inner", group=0, default="mk-other"),
    ],
    "resources": [HTTP],
}


def shop_of(module, owner, *, paid=True, **fields) -> Deployment:
    """A live deployment of 1.0.0."""
    facts = {"status": "live", "inputs": {"greeting": "Hi", "old": "thing"}, "secrets": {"token": "s3cret"}}
    deployment = make_deployment(version_of(module, "1.0.0"), owner=owner, **facts | fields)
    make_run(deployment, status="succeeded" if paid else "failed")
    return deployment


def url(name, *args):
    return reverse(f"deployments:{name}", args=args)


def page_of(client, deployment) -> str:
    return client.get(deployment.get_absolute_url()).content.decode()


def move(client, deployment, data=None):
    """Fill in the form for the current version, and give the address of its confirmation."""
    posted = {"version": "1.1.0", "in-greeting": "Hi", "in-region": "north", "in-size": "5"} | (data or {})
    response = client.post(url("deployment-update", deployment.ref), posted)
    assert response.status_code == 302, response.context["form"].errors
    return response.url
