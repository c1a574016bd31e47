import gc
import logging
import os

import django
from django.conf import settings
from django.urls import get_resolver

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
get_resolver().url_patterns  # noqa: B018 # loads all pages now instead of in the first request
gc.collect()
gc.set_threshold(5_000, 10, 10)  # a page of 500 rows makes 30,000 objects, and leaves none
gc.freeze()  # or Python goes through all that was loaded every few requests, which stops them for 0.1 seconds
