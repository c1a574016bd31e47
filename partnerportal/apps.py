from django.apps import AppConfig

from partnerportal import startup


class PartnerPortalConfig(AppConfig):
    name = "partnerportal"

    def ready(self) -> None:
        startup.require(startup.keys_problem())
