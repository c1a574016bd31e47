from typing import Any

from allauth.account.admin import EmailAddressAdmin
from allauth.account.decorators import reauthentication_required, secure_admin_login
from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator

from accounts import services
from accounts.models import ApiToken, GitHubConnection, PlatformSettings, User
from accounts.requests import person_of
from foundation.admin import ReadOnlyAdmin

# One way in: allauth's sign-in with its rate limits, not the admin's own form.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # as allauth's manual says
admin.site.site_header = admin.site.site_title = "Partner Portal"

fresh = method_decorator(reauthentication_required(allow_get=True), name="changeform_view")


class PersonForm(forms.ModelForm):
    """Roles and access of one person; admins cannot lock themselves out."""

    class Meta:
        model = User
        fields = ["first_name", "last_name", "is_partner", "is_staff", "is_active"]
        labels = {"is_staff": "admin"}
        help_texts = {
            "is_staff": "Can manage everything, but sees no secrets.",
            "is_active": "Clear this to sign the person out everywhere and block sign-in. People are never deleted.",
        }

    by: User

    def clean(self) -> dict[str, Any]:
        is_own = self.instance == self.by
        if is_own and not (self.cleaned_data["is_staff"] and self.cleaned_data["is_active"]):
            raise forms.ValidationError(
                "You cannot remove your own admin role or access. Nothing was changed. Ask another admin."
            )
        return self.cleaned_data


@fresh
@admin.register(User)
class PersonAdmin(admin.ModelAdmin):
    form = PersonForm
    list_display = ["email", "first_name", "last_name", "is_partner", "is_staff", "is_active", "last_login"]
    list_filter = ["is_partner", "is_staff", "is_active"]
    search_fields = ["email", "first_name", "last_name", "slug"]
    fields = [*PersonForm.Meta.fields, "email", "slug", "partner_since", "last_login", "date_joined"]
    readonly_fields = ["email", "slug", "partner_since", "last_login", "date_joined"]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> type[ModelForm]:
        return type(
            "FormOfThisRequest", (super().get_form(request, obj, change, **options),), {"by": person_of(request)}
        )

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        chosen = form.cleaned_data
        if {"first_name", "last_name"} & set(form.changed_data):
            services.rename(obj, first_name=chosen["first_name"], last_name=chosen["last_name"], by=person_of(request))
        services.set_roles(obj, is_partner=chosen["is_partner"], is_staff=chosen["is_staff"], by=person_of(request))
        services.set_active(obj, chosen["is_active"], by=person_of(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # people sign up, which proves their address

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@fresh
@admin.register(PlatformSettings)
class PlatformSettingsAdmin(admin.ModelAdmin):
    fields = ["private_mode", "revenue_share"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        PlatformSettings.load()  # creates the row on a new installation
        return super().get_queryset(request)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Redirects to the only row instead of a list."""
        return redirect("admin:accounts_platformsettings_change", PlatformSettings.load().pk)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        services.set_private_mode(form.cleaned_data["private_mode"], by=person_of(request))
        services.set_revenue_share(form.cleaned_data["revenue_share"], by=person_of(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(GitHubConnection)
class GitHubConnectionAdmin(admin.ModelAdmin):
    """Read only; the token is in no field. People set it up on their profile."""

    list_display = ["whose", "login", "repository_name", "expires_at", "checked_at", "problem"]
    fields = [
        "whose",
        "login",
        "scopes",
        "is_fine_grained",
        "expires_at",
        "checked_at",
        "problem",
        "repository_name",
        "branch",
        "repositories_read_at",
    ]
    search_fields = ["login", "repository_name", "owner__email"]
    list_select_related = ["owner"]

    @admin.display(description="Owner", ordering="owner__email")
    def whose(self, connection: GitHubConnection) -> User | str:
        return connection.owner or "The platform"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    """Read only: people create and revoke their own tokens; a deactivated person's tokens do not work."""

    list_display = ["name", "owner", "created_at", "last_used_at", "revoked_at"]
    fields = ["name", "owner", "created_at", "last_used_at", "revoked_at"]
    search_fields = ["name", "owner__email"]
    list_select_related = ["owner"]


admin.site.unregister(EmailAddress)


@admin.register(EmailAddress)
class AddressAdmin(ReadOnlyAdmin, EmailAddressAdmin):
    """Read only: whoever can change an address can reset that person's password, and so see their secrets."""

    actions = []
