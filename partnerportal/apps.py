from django.apps import AppConfig

from partnerportal import startup


class PartnerPortalConfig(AppConfig):
    name = "partnerportal"

    def ready(self):
        startup.require(startup.keys_problem())
