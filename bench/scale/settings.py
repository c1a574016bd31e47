"""The portal's own settings; each answer also tells what it cost."""

from partnerportal.settings import *
from partnerportal.settings import MIDDLEWARE

MIDDLEWARE = ["bench.scale.counting.Counting", *MIDDLEWARE]
