from partnerportal.celery import app as celery_app

__version__ = "0.3.0"  # SemVer; set by `make release VERSION=…`, and written nowhere else

__all__ = ["celery_app"]
