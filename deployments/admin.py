from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from deployments.models import AsideState, Deployment, Run
from deployments.querysets import DeploymentQuerySet, RunQuerySet
from foundation.admin import ReadOnlyAdmin


@admin.register(Deployment)
class DeploymentAdmin(ReadOnlyAdmin):
    fields = ["ref", "name", "owner", "version", "status", "resource_count", "created_at", "destroyed_at"]
    list_display = ["name", "ref", "owner", "version", "status", "created_at"]
    list_filter = ["status"]
    list_select_related = ["owner", "version"]
    search_fields = ["words"]
    search_help_text = "Name, ID, module or owner"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        found = cast(DeploymentQuerySet, queryset)
        return found.search(search_term.strip()) if search_term.strip() else found, False

    def get_queryset(self, request: HttpRequest) -> DeploymentQuerySet:
        return Deployment.objects.for_lists()


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    fields = [
        "ref",
        "deployment",
        "number",
        "action",
        "status",
        "by",
        "worker",
        "attempts",
        "error",
        "created_at",
        "started_at",
        "finished_at",
    ]
    list_display = ["deployment", "number", "action", "status", "by", "worker", "created_at"]
    list_filter = ["status", "action"]
    list_select_related = ["deployment", "by"]
    search_fields = ["ref", "deployment__words"]
    search_help_text = "ID of a run, or name, ID or module of its deployment"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        text = search_term.strip().lower()
        if not text:
            return queryset, False
        of_ref = queryset.filter(ref=text)
        return of_ref if of_ref.exists() else queryset.filter(deployment__words__contains=text), False

    def get_queryset(self, request: HttpRequest) -> RunQuerySet:
        return Run.objects.for_lists()


@admin.register(AsideState)
class AsideStateAdmin(ReadOnlyAdmin):
    fields = [
        "ref",
        "deployment",
        "run",
        "reason",
        "size",
        "created_at",
        "decision",
        "decided_by",
        "taken_at",
        "problem",
    ]
    list_display = ["deployment", "run", "reason", "size", "created_at", "decision", "decided_by", "problem"]
    list_filter = ["reason", "decision"]
    list_select_related = ["deployment", "run__deployment", "decided_by"]
    search_fields = ["ref", "deployment__name", "deployment__ref"]
