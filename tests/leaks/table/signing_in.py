"""The leak table: sign-in, passwords and e-mail addresses, by django-allauth; nothing reveals other accounts."""

from tests.leaks.rows import Row

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
    Row("account_confirm_email", "200 200 200 - 200", post="404 404 404 - 404", of="confirmation"),
]
