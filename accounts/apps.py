from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "People and settings"  # allauth's app is called Accounts
    default_auto_field = "django.db.models.BigAutoField"
