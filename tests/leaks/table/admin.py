"""The leak table: Django's admin. Others are redirected to sign-in; no page shows a secret."""

from dataclasses import dataclass

from tests.leaks.rows import Row

STAFF = "login login login - 200"
SHUT = "login login login - 403"
GONE = "login login login - 404"
ELSEWHERE = "login login login - 302"
NO_POST = "login login login - 405"
WHO = "address person publisher"  # filters, options and columns name people


@dataclass(frozen=True)
class Model:
    """The pages of one registered model, read-only by default; `of` is the kind of object."""

    name: str
    of: str
    must: str = ""
    shows: str = ""
    data: str = ""
    add: tuple[str, str] = (SHUT, SHUT)
    change: tuple[str, str] = (STAFF, SHUT)
    delete: tuple[str, str] = (SHUT, SHUT)
    lists: tuple[str, str] = (STAFF, STAFF)
    history: tuple[str, str] = (STAFF, STAFF)

    def rows(self) -> list[Row]:
        seen = {"shows": f"{self.shows} {self.must} {WHO}"}
        name, app_and_model = f"admin:{self.name}", self.name.replace("_", "/")
        return [
            Row(f"{name}_changelist", *self.lists, must=self.must, **seen),
            Row(f"{name}_changelist", *self.lists, query="?q=mk", **seen),
            Row(f"{name}_add", *self.add, data=self.data, **seen),
            Row(f"{name}_change", *self.change, of=self.of, data=self.data, **seen),
            Row(f"{name}_delete", *self.delete, of=self.of, data="sure", **seen),
            Row(f"{name}_history", *self.history, of=self.of, **seen),
            Row(f"admin/{app_and_model}/<path:object_id>/", ELSEWHERE, ELSEWHERE, of=self.of),
        ]


MODELS = [
    Model("foundation_auditevent", "pk:audit", must="address", shows="audit deployment everyone money"),
    Model("foundation_heartbeat", "pk:heartbeat"),
    Model("foundation_removal", "pk:removal"),
    Model("foundation_fault", "pk:fault"),
    Model("foundation_outboxmessage", "pk:message", must="audit.subject", shows="audit"),
    Model(
        "accounts_user",
        "pk:user",
        must="address person.last",
        data="person",
        change=(STAFF, ELSEWHERE),
    ),
    Model(
        "accounts_platformsettings",
        "pk:settings",
        data="settings",
        lists=(ELSEWHERE, ELSEWHERE),  # a redirect to the only row
        change=(STAFF, ELSEWHERE),
    ),
    Model(
        "accounts_githubconnection", "pk:connection", must="connection.login connection.repository", shows="connection"
    ),
    Model("accounts_apitoken", "pk:apitoken", must="apitoken.name"),
    Model("mfa_authenticator", "pk:app"),
    Model("accounts_invitation", "pk:invitation", data="invitation", add=(STAFF, ELSEWHERE)),
    Model("account_emailaddress", "pk:address", must="address"),
    Model("auth_group", "pk:group", lists=(SHUT, SHUT), change=(SHUT, SHUT), history=(SHUT, SHUT)),
    Model(
        "billing_allowance",
        "pk:allowance",
        data="allowance",
        add=(STAFF, ELSEWHERE),
        change=(STAFF, ELSEWHERE),
        delete=(STAFF, ELSEWHERE),
    ),
    Model("deployments_deployment", "pk:live", must="deployment.name deployment.waiting", shows="everyone"),
    Model("deployments_asidestate", "pk:aside", must="deployment.name", shows="deployment everyone"),
    Model("deployments_run", "pk:failed", must="deployment.name", shows="deployment everyone"),
]
SITE = [
    Row("admin:index", STAFF, STAFF, shows=f"{WHO} audit deployment everyone"),
    Row("admin:app_list", STAFF, STAFF, of="app"),
    Row("admin:login", "login 403 403 - 302", "login 403 403 - 422", head="login 403 403 - 200"),
    Row("admin:logout", "302 302 302 - 405", "302 302 302 - 200"),
    Row("admin:password_change", STAFF, "login login login - 422"),
    Row("admin:password_change_done", STAFF, NO_POST),
    Row(
        "admin:autocomplete",
        STAFF,
        NO_POST,
        query="?app_label=billing&model_name=allowance&field_name=partner",
        must="address",
    ),
    Row("admin:jsi18n", STAFF, NO_POST),
    Row("admin:view_on_site", GONE, GONE, of="site"),
    Row("admin:billing_allowance_due", STAFF, ELSEWHERE, shows=WHO),
    Row("admin/(?P<url>.*)$", GONE, GONE),
]
ROWS = [*SITE, *(row for model in MODELS for row in model.rows())]
