import logging
import os

import django
from django.conf import settings

from foundation.places import open_places
from partnerportal.access_log import WithoutSecrets
from partnerportal.addresses import Addresses
from partnerportal.handler import Handler
from partnerportal.streams import Streams

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partnerportal.settings")
django.setup(set_prefix=False)
logging.getLogger("uvicorn.access").addFilter(WithoutSecrets())  # uvicorn has configured it before this file is read
application = Handler(
    open_places(settings.WEB_PLACES),
    Addresses(settings.WEB_CONNECTIONS_PER_ADDRESS, proxies=settings.PROXY_COUNT),
    Streams(settings.WEB_STREAMS, per_person=settings.WEB_STREAMS_PER_PERSON),
)
