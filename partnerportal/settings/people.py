"""Who signs in and how, and the e-mail that people get."""

from partnerportal import env
from partnerportal.settings.application import TLS

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "accounts.passwords.KnownPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "start"
ACCOUNT_ADAPTER = "accounts.adapter.PortalAdapter"
ACCOUNT_FORMS = {
    "add_email": "accounts.entrance.AddEmailForm",
    "change_password": "accounts.entrance.ChangePasswordForm",
    "login": "accounts.entrance.LoginForm",
    "reauthenticate": "accounts.entrance.ReauthenticateForm",
    "reset_password": "accounts.entrance.ResetPasswordForm",
    "reset_password_from_key": "accounts.entrance.ResetPasswordKeyForm",
    "set_password": "accounts.entrance.SetPasswordForm",
    "signup": "accounts.entrance.SignupForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 3600  # seconds after which tokens, roles and Private Mode ask for the password
# Second factors at sign-in: codes of an app, passkeys, and codes for when both are lost. Without types it is off.
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ADAPTER = "accounts.two_factor.TwoFactorAdapter"
MFA_FORMS = {
    "authenticate": "accounts.two_factor_forms.AuthenticateForm",
    "authenticate_webauthn": "accounts.two_factor_forms.AuthenticateWebAuthnForm",
    "reauthenticate": "accounts.two_factor_forms.ReauthenticateForm",
    "reauthenticate_webauthn": "accounts.two_factor_forms.ReauthenticateWebAuthnForm",
    "login_webauthn": "accounts.two_factor_forms.LoginWebAuthnForm",
    "activate_totp": "accounts.two_factor_forms.ActivateTOTPForm",
    "add_webauthn": "accounts.two_factor_forms.AddWebAuthnForm",
    "edit_webauthn": "accounts.two_factor_forms.EditWebAuthnForm",
}
MFA_ALLOW_UNVERIFIED_EMAIL = True  # as further addresses: nobody signs in before the first one is confirmed
MFA_TOTP_ISSUER = "Partner Portal"
MFA_PASSKEY_LOGIN_ENABLED = True
TWO_FACTOR_OFF = ""  # why it is off, for people: the demo
EMAIL_SUBJECT_PREFIX = ACCOUNT_EMAIL_SUBJECT_PREFIX = "Partner Portal: "
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if TLS else "http"
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Partner Portal <portal@localhost>")
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = env.whole("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS")
EMAIL_TIMEOUT = 10
MAIL_POLL = env.number("MAIL_POLL", 5)  # seconds between checks for e-mails to send or to retry
