from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from accounts import arrivals
from partnerportal import health, styleguide, views

handler400 = views.unreadable
handler500 = views.failed
second_factors = RedirectView.as_view(url="/profile/#two-factor")

urlpatterns = [
    path("", views.start, name="start"),
    path("styleguide/", styleguide.page, name="styleguide"),
    *(path(name, probe, name=name) for name, probe in health.PROBES.items()),
    # What allauth lists on pages of its own is a card of the profile.
    path("accounts/2fa/", second_factors, name="mfa_index"),
    path("accounts/2fa/webauthn/", second_factors, name="mfa_list_webauthn"),
    path("accounts/", include("allauth.urls")),
    path("invitation/<str:token>/", arrivals.invitation, name="invitation"),
    path("profile/", include("accounts.urls")),
    path("", include("modules.urls")),
    path("", include("deployments.urls")),
    path("billing/", include("billing.urls")),
    path("admin/", admin.site.urls),
]
