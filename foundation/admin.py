from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList, ChangeListSearchForm
from django.core.paginator import Paginator
from django.core.validators import MaxLengthValidator
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.http import HttpRequest
from django.utils.functional import cached_property

from foundation import audit, paging
from foundation.models import EVENT_WORDS, MAIL_WORDS, AuditEvent, Fault, Heartbeat, OutboxMessage, Removal
from foundation.words import FEWEST

LONGEST_SEARCH = 200  # characters


class ShortSearch(ChangeListSearchForm):
    """Django's takes thousands of words, each of which makes the query longer."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields[SEARCH_VAR].validators.append(MaxLengthValidator(LONGEST_SEARCH))


class DeclaredFilters(ChangeList):
    """A list that is filtered by its declared filters alone.

    Django takes any look-up of a model's own columns from the address, so a list would tell the start of a hash.
    """

    search_form_class = ShortSearch

    def get_filters(self, request: HttpRequest) -> Any:
        """As Django's, which returns third what no declared filter took; 400 if that is anything."""
        found = super().get_filters(request)
        days = f"{self.date_hierarchy}__"  # Django's links of a date hierarchy
        if undeclared := [name for name in found[2] if not (self.date_hierarchy and name.startswith(days))]:
            raise DisallowedModelAdminLookup(f"Filtering by {', '.join(undeclared)} not allowed")
        return found


class BoundedPaginator(Paginator):
    """Pages of the first rows of a list, which are counted as far as that. The search finds the others."""

    @cached_property
    def count(self) -> int:
        return paging.count(cast("QuerySet[Any]", self.object_list))


class PortalAdmin(admin.ModelAdmin):
    """What all lists in the admin have in common. Each registered class is one of these: a test says so."""

    paginator = BoundedPaginator
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # a count of all rows for each choice of each filter

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[ChangeList]:
        return DeclaredFilters

    def to_field_allowed(self, request: HttpRequest, to_field: str) -> bool:
        """Rows are found by their key alone, never by another column that an address names."""
        return to_field == self.opts.pk.name


class ReadOnlyAdmin(PortalAdmin):
    """Read only: such rows change through services. Secrets are never shown."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class LongList(ReadOnlyAdmin):
    """A list of so many rows that it is sorted newest first alone, and searched in `words`, which have an index."""

    words: Lower
    sortable_by = ()
    search_help_text = f"At least {FEWEST} characters"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Rows with all words of the search; none where each is too short for the index."""
        asked = search_term.lower().split()
        if asked and max(map(len, asked)) < FEWEST:
            return queryset.none(), False
        for word in asked:
            queryset = queryset.alias(words=self.words).filter(words__contains=word)
        return queryset, False


class VerbFilter(admin.SimpleListFilter):
    title = parameter_name = "verb"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(verb, verb) for verb in audit.verbs()]

    def has_output(self) -> bool:
        return True  # declared also where there are no events yet

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(verb=self.value()) if self.value() else queryset


@admin.register(AuditEvent)
class AuditEventAdmin(LongList):
    list_display = ["at", "by", "verb", "target"]
    list_filter = [VerbFilter]
    search_fields = ["by", "verb", "target"]
    words = EVENT_WORDS


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    list_display = ["name", "at"]


@admin.register(Removal)
class RemovalAdmin(ReadOnlyAdmin):
    list_display = ["name", "begun_at", "done_at", "removed", "total"]


@admin.register(Fault)
class FaultAdmin(ReadOnlyAdmin):
    list_display = ["kind", "subject", "seen_at"]
    list_filter = ["kind"]


class StateFilter(admin.SimpleListFilter):
    title = parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("sent", "Sent"), ("waiting", "Waiting"), ("given_up", "Given up")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "sent":
            return queryset.filter(sent_at__isnull=False)
        if self.value() == "waiting":
            return queryset.filter(sent_at=None, given_up_at=None)
        return queryset.filter(given_up_at__isnull=False) if self.value() == "given_up" else queryset


@admin.register(OutboxMessage)
class OutboxMessageAdmin(LongList):
    list_display = ["created_at", "to", "subject", "sent_at", "attempts", "error", "given_up_at"]
    list_filter = [StateFilter]
    search_fields = ["to", "subject"]
    words = MAIL_WORDS
    ordering = ["-pk"]
