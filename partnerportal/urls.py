from django.contrib import admin
from django.urls import include, path

from partnerportal import views

urlpatterns = [
    path("", views.start, name="start"),
    # path("styleguide/", views.styleguide, name="styleguide"),
    # path("healthz", views.healthz, name="healthz"),
    path("accounts/", include("allauth.urls")),
    path("profile/", include("accounts.urls")),
    path("", include("modules.urls")),
    path("", include("deployments.urls")),
    path("billing/", include("billing.urls")),
    path("admin/", admin.site.urls),
]
