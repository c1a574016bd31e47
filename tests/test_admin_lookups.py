"""Lists of the admin find rows by what they show and declare, so they tell nothing of a column that no page shows."""

import pytest
from django.contrib import admin
from django.contrib.admin.exceptions import DisallowedModelAdminLookup, DisallowedModelAdminToField
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.auth.models import Group
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.db.models.constants import LOOKUP_SEP

from foundation.admin import PortalAdmin

# Nobody has its permissions: people are admins or not.
SHUT = {Group}
WORDS = {"words"}  # made for searches by the database: addresses, names, refs and titles, which are all shown
LISTS = [site for model, site in admin.site._registry.items() if model not in SHUT]
LOOKUPS = ("", "__exact", "__startswith", "__contains", "__gt", "__isnull", "__in", "__regex")
REFUSALS = (DisallowedModelAdminLookup, DisallowedModelAdminToField, IncorrectLookupParameters)


def columns(model, depth=1):
    """Paths to all columns of the model, and through each relation to those of its neighbours."""
    for field in model._meta.get_fields():
        yield field.name
        if field.is_relation and field.related_model and depth:
            yield from (f"{field.name}{LOOKUP_SEP}{path}" for path in columns(field.related_model, depth - 1))


def declared(site, request):
    """The parameters that the list's declared filters take."""
    shown = site.get_changelist_instance(request)
    return {name for spec in shown.filter_specs for name in spec.expected_parameters()}


@pytest.fixture
def ask(rf, admin):
    """A request of an admin: `ask(password__startswith="a")`."""

    def made(**query):
        request = rf.get("/admin/", query)
        request.user = admin
        return request

    return made


@pytest.mark.parametrize("site", LISTS, ids=lambda site: site.opts.label)
def test_no_list_answers_for_a_column_that_none_of_its_filters_declares(site, ask):
    taken = declared(site, ask()) | {f"{item}__isnull" for item in site.list_filter if isinstance(item, str)}
    answered = []
    for path in columns(site.model):
        for name in {f"{path}{lookup}" for lookup in LOOKUPS} - taken:
            try:
                site.get_changelist_instance(ask(**{name: "1"}))
            except REFUSALS:
                continue
            answered.append(name)
    assert answered == []


@pytest.mark.parametrize("site", LISTS, ids=lambda site: site.opts.label)
def test_no_list_finds_a_row_by_a_column_that_the_address_names(site, ask):
    key = site.opts.pk.name
    allowed = [field.name for field in site.opts.get_fields() if site.to_field_allowed(ask(), field.name)]
    assert allowed == [key]
    with pytest.raises(DisallowedModelAdminToField):
        site.get_changelist_instance(ask(_to_field="password"))


@pytest.mark.parametrize("site", LISTS, ids=lambda site: site.opts.label)
def test_lists_search_and_sort_by_columns_that_a_page_shows(site, ask):
    sorts = [site.get_changelist_instance(ask()).get_ordering_field(name) for name in site.list_display]
    hidden = [path for path in (*site.search_fields, *filter(None, sorts)) if not is_shown(site, path, ask())]
    assert hidden == []


def is_shown(site, path, request):
    """Whether the admin of the path's last model shows its last column."""
    parts = str(path).lstrip("-^=@").split(LOOKUP_SEP)
    for name in parts[:-1]:
        try:
            site = admin.site._registry[site.opts.get_field(name).related_model]
        except FieldDoesNotExist:
            return False
    shown = {*site.list_display, *flatten_fieldsets(site.get_fieldsets(request)), *site.readonly_fields}
    return parts[-1] in shown | WORDS


def test_every_list_of_the_admin_takes_declared_filters_alone():
    others = [site.opts.label for site in LISTS if not isinstance(site, PortalAdmin)]
    assert others == []


def test_nobody_sees_the_lists_that_are_shut(ask):
    for model in SHUT:
        with pytest.raises(PermissionDenied):
            admin.site._registry[model].changelist_view(ask())


def test_a_declared_filter_still_filters(ask, alice, carol):
    people = next(site for site in LISTS if site.opts.model_name == "user")
    shown = people.get_changelist_instance(ask(is_partner__exact="1"))
    assert [person.email for person in shown.result_list] == ["alice@example.com"]


@pytest.mark.parametrize("site", LISTS, ids=lambda site: site.opts.label)
def test_no_list_counts_its_rows_for_each_choice_of_its_filters(site, ask):
    assert site.get_changelist_instance(ask(_facets="True")).add_facets is False


def test_a_search_for_thousands_of_words_kept_a_page_busy_for_seconds(client, admin, carol):
    client.force_login(admin)
    page = client.get("/admin/accounts/user/", {"q": "ab " * 2_000})
    assert (page.status_code, page.context["cl"].query) == (200, "")
    assert "at most 200 characters" in page.text
