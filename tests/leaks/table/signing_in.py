"""The leak table: sign-in, passwords and e-mail addresses, by django-allauth; nothing reveals other accounts."""

from tests.leaks.rows import NO_POST, Row
from tests.leaks.table.cells import SIGNED_IN

PASSWORD = "login password password - password"  # they have no passkey
LOGIN = "login 302 302 - 302"
ENTRANCE = "200 302 302 - 302"
ROWS = [
    Row("invitation", "404 404 404 - 404", post="404 404 404 - 404", of="invitation", data="acceptance"),
    Row("invitation", "200 302 302 - 302", post="302 302 302 - 302", of="link", data="acceptance"),
    Row("account_login", ENTRANCE, post=ENTRANCE.replace("200", "422"), data="login"),
    Row("account_signup", ENTRANCE, post="302 302 302 - 302", data="signup"),
    Row("account_logout", "302 200 200 - 200", post="302 302 302 - 302"),
    Row("account_inactive", "200 200 200 - 200", post="405 405 405 - 405"),
    Row("account_reauthenticate", "login 200 200 - 200", post="login 302 302 - 302", data="password"),
    Row("account_email", "login 200 200 - 200", post="login 302 302 - 302", data="address", must="address@own"),
    Row("account_email_verification_sent", "200 200 200 - 200", post="405 405 405 - 405"),
    Row("account_change_password", "login 200 200 - 200", post="login 302 302 - 302", data="change"),
    Row("account_set_password", "login 302 302 - 302", post="login 302 302 - 302"),
    Row("account_reset_password", "200 200 200 - 200", post="302 302 302 - 302", data="reset"),
    Row("account_reset_password_done", "200 200 200 - 200", post="405 405 405 - 405"),
    Row("account_reset_password_from_key", "200 200 200 - 200", post="422 422 422 - 422", of="key"),
    Row("account_reset_password_from_key_done", "200 200 200 - 200", post="405 405 405 - 405"),
    Row("account_confirm_login_code", "login 302 302 - 302", post="login 302 302 - 302"),
    Row("mfa_index", "302 302 302 - 302", post="302 302 302 - 302"),
    Row("mfa_list_webauthn", "302 302 302 - 302", post="302 302 302 - 302"),
    Row("mfa_authenticate", LOGIN, post=LOGIN),
    Row("mfa_login_webauthn", "login 302 302 - 302", post="login 302 302 - 302"),
    Row("mfa_reauthenticate", SIGNED_IN, post="login 422 422 - 422"),
    Row("mfa_reauthenticate_webauthn", PASSWORD, post=PASSWORD),
    Row("mfa_activate_totp", "login 302 302 - 302", post="login 302 302 - 302"),
    Row("mfa_deactivate_totp", SIGNED_IN, post="login 302 302 - 302"),
    Row("mfa_add_webauthn", SIGNED_IN, post="login 422 422 - 422"),
    Row("mfa_edit_webauthn", "login 404 404 - 404", post="login 404 404 - 404", of="passkey"),
    Row("mfa_remove_webauthn", "login 404 404 - 404", post="login 404 404 - 404", of="passkey"),
    Row("mfa_view_recovery_codes", SIGNED_IN, post=NO_POST),
    Row("mfa_download_recovery_codes", SIGNED_IN, post=NO_POST),
    Row("mfa_generate_recovery_codes", SIGNED_IN, post="login 302 302 - 302"),
    Row("account_confirm_email", "200 200 200 - 200", post="404 404 404 - 404", of="confirmation"),
]
