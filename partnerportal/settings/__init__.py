"""Settings of production, demo and tests: what differs comes from the environment."""

from partnerportal.settings.application import *
from partnerportal.settings.celery import *
from partnerportal.settings.people import *
from partnerportal.settings.retention import *
from partnerportal.settings.storage import *
from partnerportal.settings.web import *
from partnerportal.settings.work import *
