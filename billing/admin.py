from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.models import PlatformSettings, User
from accounts.requests import person_of
from billing import due_grants, granting
from billing.forms import AllowanceForm
from billing.models import Allowance
from foundation import audit
from foundation.admin import PortalAdmin
from foundation.credits import written
from foundation.models import Heartbeat
from foundation.paragraphs import counted

SHOWN = 200  # due grants on the page


@admin.register(Allowance)
class AllowanceAdmin(PortalAdmin):
    """Monthly allowances of partners. To change one from a day on, add a row that is valid from that day."""

    form = AllowanceForm
    list_display = ["whose", "credits", "valid_from", "by"]
    list_select_related = ["partner", "by"]
    list_filter = ["valid_from"]
    search_fields = ["partner__email"]
    autocomplete_fields = ["partner"]
    change_list_template = "admin/billing/allowance/change_list.html"

    @admin.display(description="Partner", ordering="partner")
    def whose(self, allowance: Allowance) -> User | str:
        return allowance.partner or "All other partners"

    @admin.display(description="Credits a month", ordering="amount")
    def credits(self, allowance: Allowance) -> str:
        return written(allowance.amount)

    def save_model(self, request: HttpRequest, allowance: Allowance, form: Any, change: bool) -> None:
        allowance.by = person_of(request)
        super().save_model(request, allowance, form, change)
        whose = allowance.partner.email if allowance.partner else ""
        detail = {"partner": whose, "units": allowance.amount, "valid_from": str(allowance.valid_from)}
        audit.record(
            "allowance.saved", by=person_of(request), target=allowance.partner or PlatformSettings.load(), **detail
        )

    def get_urls(self) -> list[URLPattern]:
        due = path("due/", self.admin_site.admin_view(grants_due), name="billing_allowance_due")
        return [due, *super().get_urls()]


@require_http_methods(["GET", "POST"])
def grants_due(request: HttpRequest) -> HttpResponse:
    """List the due grants; POST makes them."""
    now = timezone.now()
    if request.method == "POST":
        granted = granting.run(now)
        audit.record("grants.run", by=person_of(request), target=PlatformSettings.load(), granted=granted)
        messages.success(request, f"{counted(granted, 'monthly grant')} made.")
        return redirect("admin:billing_allowance_due")
    due = granting.due(now)
    beat = Heartbeat.objects.filter(name=granting.TASK).first()
    context = admin.site.each_context(request) | {
        "title": "Grant due credits",
        "due": due[:SHOWN],
        "total": sum(item.amount for item in due),
        "summary": due_grants.summary(due),
        "shown": due_grants.shown(len(due), most=SHOWN),
        "lag": now - beat.at if beat else None,
    }
    return render(request, "admin/billing/allowance/due.html", context)
