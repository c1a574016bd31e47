import os

from django.core.asgi import get_asgi_application

from partnerportal import env
from partnerportal.limit import Limited

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partnerportal.settings")

application = Limited(get_asgi_application(), at_once=env.whole("WEB_CONCURRENCY_LIMIT", 24))
