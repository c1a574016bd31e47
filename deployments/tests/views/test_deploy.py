import re

import pytest
from django.urls import reverse

from billing import services as billing
from billing.models import Hold
from deployments.models import Deployment, Draft, Run
from deployments.tests.factories import hold_of, make_deployment, make_run, make_version
from deployments.tests.inputs.schemas import schema, variable
from foundation.credits import CREDIT
from foundation.models import AuditEvent
from modules.models import Module, ModuleVersion

SCHEMA = schema(
    variable("greeting", group=1),
    variable("size", "number", default=5, group=2),
    variable("token", sensitive=True, group=2),
    variable("project", default="ours", group=0),
)
FILLED = {"name": "web-shop", "in-greeting": "Hello", "in-size": "7", "in-token": "s3cret"}


@pytest.fixture
def platform_version(admin):
    """A platform module for 40 credits."""
    return offer(make_version({"main.tf": ""}, owner=admin, title="Web Shop", schema=SCHEMA, credit_cost=40 * CREDIT))


def offer(version, *, owner=None, audience=Module.Audience.EVERYONE):
    Module.objects.filter(pk=version.module_id).update(owner=owner, audience=audience)
    version.module.refresh_from_db()
    return version


def give(person, credits, admin):
    billing.add_credits(
        person, amount=credits * CREDIT, source="goodwill", reason="test", by=admin, nonce=person.slug, wallet_version=0
    )


def form_url(version, query=""):
    return reverse("deployments:deployment-create", args=[version.module.ref]) + query


def start(client, version, **changed):
    """Post the form and give the address of its confirmation."""
    response = client.post(form_url(version), FILLED | changed)
    assert response.status_code == 302, response.context["form"].errors
    return response.url


def test_sign_in_comes_first(client, platform_version):
    for url in [reverse("deployments:deploy"), form_url(platform_version)]:
        assert client.get(url).url.startswith("/accounts/login/")


def test_the_catalogue_shows_price_and_the_record_of_real_runs(client, carol, platform_version, admin):
    deployment = make_deployment(platform_version, owner=admin)
    for status in ["succeeded", "succeeded", "failed", "cancelled"]:
        make_run(deployment, status=status)
    client.force_login(carol)
    page = client.get(reverse("deployments:deploy")).content.decode()
    assert "40 credits" in page
    assert "2 of 3 runs succeeded" in page
    assert "Partner Modules" not in page


def test_partner_modules_show_once_one_is_visible(client, carol, alice):
    version = make_version({"main.tf": ""}, owner=alice, title="Alice's secret")
    client.force_login(carol)
    url = reverse("deployments:deploy") + "?tab=partner"
    assert "secret" not in client.get(url).content.decode()
    offer(version, owner=alice)
    assert "Alice&#x27;s secret" in client.get(url).content.decode()


def test_search_and_tag_narrow_the_catalogue(client, carol, admin):
    for title, tags in [("Object Store", ["storage"]), ("Queue", ["data"])]:
        offer(make_version({"main.tf": title}, owner=admin, title=title, tags=tags))
    client.force_login(carol)
    for query in ["?q=object", "?tag=storage", "?q=STOR"]:
        page = client.get(reverse("deployments:deploy") + query)
        assert [module.title for module in page.context["page"]] == ["Object Store"]
    assert "No modules found" in client.get(reverse("deployments:deploy") + "?q=nothing").content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_the_catalogue_do_not_grow(client, carol, admin, count, django_assert_num_queries):
    for at in range(count):
        offer(make_version({"main.tf": str(at)}, owner=admin, title=f"Module {at}", tags=["x"]))
    client.force_login(carol)
    client.get(reverse("deployments:deploy"))
    with django_assert_num_queries(8):
        page = client.get(reverse("deployments:deploy")).text
    assert page.count("Module ") >= count


def test_a_module_that_is_not_visible_is_not_found_and_nothing_changes(client, carol, alice):
    version = make_version({"main.tf": ""}, owner=alice, schema=SCHEMA)
    client.force_login(carol)
    assert client.get(form_url(version)).status_code == 404
    assert client.post(form_url(version), FILLED).status_code == 404
    assert not Draft.objects.exists()


def test_the_form_asks_by_steps_and_hides_group_zero(client, carol, platform_version):
    client.force_login(carol)
    page = client.get(form_url(platform_version)).content.decode()
    assert 'name="in-greeting"' in page
    assert 'name="in-project"' not in page
    assert re.findall(r'href="#(step-\d)"', page) == ["step-1", "step-2"]


WORDS = ["steps", "size", "search", "found", "hidden", "name_field", "fields", "errors", "is_bound", "LONGEST_SEARCH"]


def test_inputs_named_like_parts_of_the_form_are_ordinary_inputs(client, carol, admin):
    version = make_version({"main.tf": ""}, owner=admin, schema=schema(*map(variable, WORDS)))
    offer(version)
    client.force_login(carol)
    page = client.get(reverse("deployments:deployment-create", args=[version.module.ref])).content.decode()
    assert [page.count(f'name="in-{word}"') for word in WORDS] == [1] * len(WORDS)
    assert "h-find" not in page


def test_a_wrong_form_keeps_everything_and_queues_nothing(client, carol, platform_version):
    client.force_login(carol)
    response = client.post(form_url(platform_version), FILLED | {"in-size": "many"})
    page = response.content.decode()
    assert response.status_code == 422
    assert 'value="many"' in page
    assert 'value="Hello"' in page
    assert "“many” is not a number." in page
    assert "s3cret" not in page
    assert 'placeholder="Stored"' in page
    assert not Deployment.objects.exists()


def test_a_secret_of_the_wrong_form_is_kept_encrypted_for_the_next_try(client, carol, platform_version, admin):
    give(carol, 100, admin)
    client.force_login(carol)
    response = client.post(form_url(platform_version), FILLED | {"in-size": "many"})
    draft = response.context["draft"].ref
    assert b"s3cret" not in bytes(Draft.objects.get().secret_inputs)
    review = start(client, platform_version, **{"draft": draft, "in-token": ""})
    client.post(review)
    assert Deployment.objects.get().secrets() == {"token": "s3cret"}


def test_adding_a_row_answers_with_the_form_and_no_error(client, carol, admin):
    version = offer(make_version({"main.tf": ""}, owner=admin, schema=schema(variable("cidrs", "list(string)"))))
    client.force_login(carol)
    response = client.post(form_url(version), {"in-cidrs:new": "10.0.0.0/8", "add": "in-cidrs"})
    assert response.status_code == 200
    assert '<input type="hidden" name="in-cidrs" value="10.0.0.0/8">' in response.content.decode()
    assert "required." not in response.content.decode()


def test_the_confirmation_shows_cost_and_balance_before_and_after(client, carol, platform_version, admin):
    give(carol, 100, admin)
    client.force_login(carol)
    response = client.get(start(client, platform_version))
    page = response.content.decode()
    assert (response.context["usable"], response.context["after"]) == (100 * CREDIT, 60 * CREDIT)
    assert "Deploy for 40 credits" in page
    assert "Hello" in page
    assert "s3cret" not in page
    assert "All other inputs use the module's defaults." in page
    assert not Run.objects.exists()


def test_confirming_queues_a_run_and_holds_the_price(client, carol, platform_version, admin):
    give(carol, 100, admin)
    client.force_login(carol)
    review = start(client, platform_version)
    response = client.post(review)
    deployment = Deployment.objects.get()
    assert response.url == deployment.get_absolute_url()
    assert deployment.owner == carol
    assert deployment.inputs == {"greeting": "Hello", "size": 7}
    run = deployment.runs.get()
    assert (run.status, run.number, run.action, run.by) == ("queued", 1, "deploy", carol)
    assert run.all_inputs() == {"greeting": "Hello", "size": 7, "token": "s3cret"}
    assert billing.balance(carol).held == 40 * CREDIT
    assert not Draft.objects.exists()
    assert "deployment.created" in AuditEvent.objects.values_list("verb", flat=True)


def test_a_double_submit_creates_one_deployment(client, carol, platform_version, admin):
    give(carol, 100, admin)
    client.force_login(carol)
    review = start(client, platform_version)
    assert client.post(review).url == client.post(review).url
    assert Deployment.objects.count() == 1
    assert billing.balance(carol).held == 40 * CREDIT


def test_a_confirmation_of_other_inputs_than_it_showed_creates_nothing(client, carol, platform_version, admin):
    give(carol, 100, admin)
    client.force_login(carol)
    review = start(client, platform_version)
    seen = client.get(review).context["seen"]
    draft = Draft.objects.get()
    start(client, platform_version, **{"draft": draft.ref, "in-greeting": "Typed in another window"})
    response = client.post(review, {"seen": seen})
    assert response.status_code == 422
    assert "changed in another window" in response.content.decode()
    assert not Deployment.objects.exists()
    client.post(review, {"seen": response.context["seen"]})
    assert Deployment.objects.get().inputs["greeting"] == "Typed in another window"


def test_price_and_owner_of_a_forged_form_are_ignored(client, carol, alice, platform_version, admin):
    give(carol, 100, admin)
    client.force_login(carol)
    review = start(client, platform_version, price="0", owner=alice.pk, credit_cost="0", status="live")
    client.post(review, {"price": "0", "owner": alice.pk, "status": "live"})
    deployment = Deployment.objects.get()
    assert (deployment.owner, deployment.status) == (carol, "pending")
    assert Hold.objects.get().amount == 40 * CREDIT


def test_too_few_credits_are_told_and_nothing_is_created(client, carol, platform_version, admin):
    give(carol, 39, admin)
    client.force_login(carol)
    review = start(client, platform_version)
    response = client.post(review)
    assert response.status_code == 422
    assert "Not enough credits: you need 40 credits and have 39. Ask an admin to add some." in response.content.decode()
    assert not Deployment.objects.exists()
    assert not Hold.objects.exists()
    assert Draft.objects.count() == 1


def test_own_modules_cost_their_partner_nothing(client, alice):
    version = make_version({"main.tf": ""}, owner=alice, schema=SCHEMA, credit_cost=40 * CREDIT)
    client.force_login(alice)
    client.post(start(client, version))
    assert hold_of(Deployment.objects.get().runs.get()) is None


def test_a_default_that_changed_while_the_form_was_open_is_followed(client, carol, admin, platform_version):
    client.force_login(carol)
    page = client.get(form_url(platform_version)).content.decode()
    assert '<input type="hidden" name="version" value="1.0.0">' in page
    newer = schema(*(each | ({"default": 6} if each["name"] == "size" else {}) for each in SCHEMA["variables"]))
    again = {name: getattr(platform_version, name) for name in ("module", "archive", "title", "commit", "path")}
    version = ModuleVersion.objects.create(number=2, semver="1.1.0", schema=newer, published_by=admin, **again)
    Module.objects.filter(pk=version.module_id).update(current_version=version)
    client.post(form_url(version), FILLED | {"version": "1.0.0", "in-size": "5"})
    assert Draft.objects.get().inputs == {"greeting": "Hello"}


def test_a_taken_name_was_proposed(client, carol, bob, platform_version):
    for name, owner in (("web-shop", carol), ("web-shop-2", carol), ("web-shop-3", bob), ("web-shop-4", carol)):
        make_deployment(platform_version, owner=owner, name=name)
    client.force_login(carol)
    form = client.get(form_url(platform_version)).context["form"]
    assert form.initial[form.NAME] == "web-shop-3"
    response = client.post(form_url(platform_version), FILLED)
    assert response.context["form"].errors[form.NAME] == [
        "You already have a deployment named web-shop. web-shop-3 is free."
    ]


def test_the_names_of_a_deployment_and_of_its_database_are_told_apart(client, carol, admin):
    asks = schema(variable("name", group=1))
    version = offer(make_version({"main.tf": ""}, owner=admin, title="Database", schema=asks))
    client.force_login(carol)
    page = client.post(form_url(version), {"name": "", "in-name": ""}).content.decode()
    assert re.findall(r'<a href="#id_[^"]*">([^<]*)</a>', page) == ["Deployment name", "Name"]


@pytest.mark.parametrize("name", ["a" * 60, "a" * 49 + "-" + "b" * 10])
def test_a_proposed_name_is_no_longer_than_allowed(carol, platform_version, name):
    make_deployment(platform_version, owner=carol, name=name)
    free = Deployment.objects.free_name(carol, name)
    assert free.endswith("a-2")
    assert len(free) <= 60


def test_a_name_is_taken_until_its_deployment_is_destroyed(client, carol, platform_version):
    make_deployment(platform_version, owner=carol, name="web-shop")
    client.force_login(carol)
    response = client.post(form_url(platform_version), FILLED)
    assert response.status_code == 422
    assert "You already have a deployment named web-shop." in response.content.decode()


def test_a_version_that_was_replaced_meanwhile_is_refused(client, carol, platform_version, admin):
    give(carol, 100, admin)
    client.force_login(carol)
    review = start(client, platform_version)
    other = make_version({"main.tf": "new"}, owner=admin, number=2)
    Module.objects.filter(pk=platform_version.module_id).update(current_version=other)
    response = client.post(review)
    assert response.status_code == 422
    assert "Version 1.0.0 is no longer available." in response.content.decode()
    assert not Deployment.objects.exists()


def test_nobody_confirms_the_draft_of_another(client, carol, alice, platform_version):
    client.force_login(carol)
    review = start(client, platform_version)
    client.force_login(alice)
    assert client.get(review).status_code == 404
    assert client.post(review).status_code == 404
    assert not Deployment.objects.exists()


def test_the_ref_of_anothers_draft_opens_an_empty_form(client, carol, alice, platform_version):
    client.force_login(carol)
    draft = start(client, platform_version).rstrip("/").rpartition("/")[2]
    client.force_login(alice)
    response = client.get(form_url(platform_version, f"?draft={draft}"))
    assert "Hello" not in response.content.decode()
    assert response.context["draft"].ref != draft


def test_a_form_that_was_never_right_cannot_be_confirmed(client, carol, platform_version, admin):
    give(carol, 100, admin)
    client.force_login(carol)
    draft = client.post(form_url(platform_version), FILLED | {"in-size": "many"}).context["draft"]
    review = reverse("deployments:draft-review", args=[platform_version.module.ref, draft.ref])
    assert client.get(review).status_code == 404
    assert client.post(review).status_code == 404
    assert not Deployment.objects.exists()


def test_going_back_from_the_confirmation_finds_what_was_typed(client, carol, platform_version):
    client.force_login(carol)
    draft = start(client, platform_version).rstrip("/").rpartition("/")[2]
    page = client.get(form_url(platform_version, f"?draft={draft}")).content.decode()
    assert 'value="Hello"' in page
    assert 'value="7"' in page
    assert "s3cret" not in page
