from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.admin import EmailAddressAdmin
from allauth.account.decorators import reauthentication_required, secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.admin import AuthenticatorAdmin
from allauth.mfa.models import Authenticator
from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.validators import RegexValidator
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import urlencode

from accounts import admin_role, entry_rules, invitations, services, two_factor
from accounts.models import ApiToken, GitHubConnection, Invitation, PlatformSettings, TwoFactor, User
from accounts.requests import person_of
from foundation.admin import PortalAdmin, ReadOnlyAdmin
from foundation.amounts import PercentField
from foundation.paragraphs import counted

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
class PersonAdmin(PortalAdmin):
    form = PersonForm
    list_display = ["email", "first_name", "last_name", "is_partner", "is_staff", "is_active", "last_login"]
    list_filter = ["is_partner", "is_staff", "is_active"]
    search_fields = ["words"]
    search_help_text = "Name or e-mail address"
    fields = [*PersonForm.Meta.fields, "email", "slug", "partner_since", "last_login", "date_joined"]
    readonly_fields = ["email", "slug", "partner_since", "last_login", "date_joined"]
    actions = ["remove_second_factors"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        for word in search_term.lower().split():
            queryset = queryset.filter(words__contains=word)
        return queryset, False

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> type[ModelForm]:
        return type(
            "FormOfThisRequest", (super().get_form(request, obj, change, **options),), {"by": person_of(request)}
        )

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        chosen = form.cleaned_data
        admin_role.check_still_admin(person_of(request), obj)
        if {"first_name", "last_name"} & set(form.changed_data):
            services.rename(obj, first_name=chosen["first_name"], last_name=chosen["last_name"], by=person_of(request))
        services.set_roles(obj, is_partner=chosen["is_partner"], is_staff=chosen["is_staff"], by=person_of(request))
        services.set_active(obj, chosen["is_active"], by=person_of(request))

    @admin.action(description="Remove two-factor sign-in of selected users")
    def remove_second_factors(self, request: HttpRequest, chosen: QuerySet[User]) -> HttpResponse | None:
        if get_adapter().is_reauthentication_required(app="accounts"):
            here = urlencode({"next": request.get_full_path()})
            return redirect(f"{reverse('account_reauthenticate')}?{here}")
        removed = [entry_rules.remove_second_factors(person, by=person_of(request)) for person in chosen]
        self.message_user(request, f"Two-factor sign-in was removed from {counted(sum(removed), 'user')}.")
        return None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # people sign up or are invited, which proves their address

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


NOT_ONESELF = (
    "Set up two-factor sign-in on your own profile first, and sign in with it. Nothing was changed. "
    "Else you could lock yourself out."
)
DOMAIN = RegexValidator(r"\A[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+\Z")


class PlatformSettingsForm(forms.ModelForm):
    revenue_share = PercentField(
        help_text=PlatformSettings._meta.get_field("revenue_share").help_text,
        error_messages={"max_value": "Enter a revenue share between 0 and 100 percent."},
    )

    class Meta:
        model = PlatformSettings
        fields = ["private_mode", "revenue_share", "sign_up", "sign_up_domains", "two_factor"]
        help_texts = {"two_factor": "Everyone can use it. Those who must are asked to set it up at their next click."}

    request: HttpRequest

    def clean_two_factor(self) -> str:
        choice: str = self.cleaned_data["two_factor"]
        if choice == TwoFactor.ADMINS and not two_factor.was_used(self.request):
            raise forms.ValidationError(settings.TWO_FACTOR_OFF or NOT_ONESELF)
        return choice

    def clean_sign_up_domains(self) -> str:
        """The domains in lower case, with commas."""
        domains = PlatformSettings(sign_up_domains=self.cleaned_data["sign_up_domains"]).admitted_domains
        for domain in domains:
            try:
                DOMAIN(domain)
            except forms.ValidationError as error:
                raise forms.ValidationError(f"{domain} is not a domain. Write it as example.com.") from error
        return ", ".join(domains)


@fresh
@admin.register(PlatformSettings)
class PlatformSettingsAdmin(PortalAdmin):
    form = PlatformSettingsForm
    fieldsets = [
        (None, {"fields": ["private_mode", "revenue_share"]}),
        ("Accounts and sign-in", {"fields": ["sign_up", "sign_up_domains", "two_factor"]}),
    ]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> type[ModelForm]:
        return type("FormOfThisRequest", (super().get_form(request, obj, change, **options),), {"request": request})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        PlatformSettings.load()  # creates the row on a new installation
        return super().get_queryset(request)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Redirects to the only row instead of a list."""
        return redirect("admin:accounts_platformsettings_change", PlatformSettings.load().pk)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        chosen, by = form.cleaned_data, person_of(request)
        services.set_private_mode(chosen["private_mode"], by=by)
        services.set_revenue_share(chosen["revenue_share"], by=by)
        entry_rules.set_sign_up(chosen["sign_up"], domains=chosen["sign_up_domains"], by=by)
        entry_rules.require_two_factor(chosen["two_factor"], by=by)

    def message_user(self, request: HttpRequest, message: Any, *args: Any, **options: Any) -> None:
        """Django's own sentence names the row, which here is called like its table."""
        super().message_user(request, "The platform settings are saved.", *args, **options)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class InvitationForm(forms.ModelForm):
    role = forms.ChoiceField(
        choices=[(role.value, role.label) for role in (Invitation.Role.USER, Invitation.Role.PARTNER)],
        help_text="A partner can publish modules and earns revenue.",
    )

    class Meta:
        model = Invitation
        fields = ["email", "role"]
        help_texts = {"email": "The portal sends an e-mail with a link that works once, for 7 days."}

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if invitations.is_taken(email):
            raise forms.ValidationError(f"{invitations.has_account(email)} You can change roles under Users.")
        return email

    def validate_constraints(self) -> None:
        """None: an invitation replaces an earlier one for the same address."""


@fresh
@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    """Admins invite, see and revoke; the link itself is shown nowhere."""

    form = InvitationForm
    list_display = ["email", "role", "state", "invited_by", "created_at", "expires_at"]
    list_filter = ["role"]
    list_select_related = ["invited_by"]
    search_fields = ["email"]
    readonly_fields = ["state", "invited_by", "created_at", "expires_at", "accepted_at", "accepted_by", "revoked_at"]
    actions = ["revoke"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["email", "role", *(self.readonly_fields if obj else [])]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.is_staff

    @admin.display(description="State")
    def state(self, invitation: Invitation) -> str:
        return invitation.state(timezone.now())

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        made = invitations.invite(obj.email, role=obj.role, by=person_of(request))
        obj.pk, obj.ref = made.pk, made.ref

    @admin.action(description="Revoke selected invitations", permissions=["view"])
    def revoke(self, request: HttpRequest, chosen: QuerySet[Invitation]) -> None:
        waiting = list(chosen.waiting())  # type: ignore[attr-defined]  # the queryset of Invitation
        for invitation in waiting:
            invitations.revoke(invitation, by=person_of(request))
        self.message_user(request, f"{counted(len(waiting), 'invitation')} revoked. Links in e-mails no longer work.")


@admin.register(GitHubConnection)
class GitHubConnectionAdmin(PortalAdmin):
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


admin.site.unregister(Authenticator)
admin.site.unregister(EmailAddress)


@admin.register(Authenticator)
class SecondFactorAdmin(ReadOnlyAdmin, AuthenticatorAdmin):
    """Who has which second factor; read only, without its data. An action of users removes them."""

    fields = ["user", "type", "created_at", "last_used_at"]
    list_select_related = ["user"]


@admin.register(EmailAddress)
class AddressAdmin(ReadOnlyAdmin, EmailAddressAdmin):
    """Read only: whoever can change an address can reset that person's password, and so see their secrets."""

    actions = []
