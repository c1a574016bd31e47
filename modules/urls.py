from django.urls import path

from modules.views import module, publish

app_name = "modules"
urlpatterns = [
    path("publish/", publish.publish, name="publish"),
    path("publish/preview/", publish.publish_preview, name="publish-preview"),
    path("publish/scan/", publish.scan_start, name="scan-start"),
    path("publish/scan/status/", publish.scan_status, name="scan-status"),
    path("modules/<ref:ref>/", module.module, name="module"),
]
