from django.contrib import admin
from django.urls import include, path

from accounts import arrivals
from partnerportal import health, styleguide, views

handler400 = views.unreadable
urlpatterns = [
    path("", views.start, name="start"),
    path("styleguide/", styleguide.page, name="styleguide"),
    *(path(name, probe, name=name) for name, probe in health.PROBES.items()),
    path("accounts/", include("allauth.urls")),
    path("invitation/<str:token>/", arrivals.invitation, name="invitation"),
    path("profile/", include("accounts.urls")),
    path("", include("modules.urls")),
    path("", include("deployments.urls")),
    path("billing/", include("billing.urls")),
    path("admin/", admin.site.urls),
]
