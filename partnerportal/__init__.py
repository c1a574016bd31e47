from partnerportal.celery import app as celery_app

__version__ = "0.1.0"  # SemVer; `make release VERSION=…` changes it, and nothing else names it

__all__ = ["celery_app"]
