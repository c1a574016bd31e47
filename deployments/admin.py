from django.contrib import admin
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
    search_fields = ["name", "ref", "owner__email"]

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
    search_fields = ["ref", "deployment__name", "deployment__ref"]

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
