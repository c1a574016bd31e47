import os

import django
from django.conf import settings

from foundation.places import open_places
from partnerportal.addresses import Addresses
from partnerportal.handler import Handler
from partnerportal.streams import Streams

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partnerportal.settings")
django.setup(set_prefix=False)
application = Handler(
    open_places(settings.WEB_PLACES),
    Addresses(settings.WEB_CONNECTIONS_PER_ADDRESS, proxies=settings.PROXY_COUNT),
    Streams(settings.WEB_STREAMS, per_person=settings.WEB_STREAMS_PER_PERSON),
)
