from django.contrib import admin

from foundation.models import AuditEvent, Heartbeat


class ReadOnlyAdmin(admin.ModelAdmin):
    """Looking only: what changes such rows goes through services. Secrets are never shown."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    list_display = ["at", "by", "verb", "target"]
    list_filter = ["verb"]
    search_fields = ["by", "verb", "target"]
    show_full_result_count = False  # the trail only grows


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    list_display = ["name", "at"]
