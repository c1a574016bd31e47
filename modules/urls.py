from django.urls import path

from modules import views

app_name = "modules"
urlpatterns = [
    path("publish/", views.publish, name="publish"),
    path("publish/preview/", views.publish_preview, name="publish-preview"),
    path("publish/scan/", views.scan_start, name="scan-start"),
    path("publish/scan/status/", views.scan_status, name="scan-status"),
    path("modules/<ref:ref>/", views.module, name="module"),
]
