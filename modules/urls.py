from django.urls import path, register_converter

from modules.views import folder, hooks, module, publish, registry, version


class SemverConverter:
    """`<semver:…>` in a URL; text that cannot be a version's number is refused before any query."""

    regex = "[0-9A-Za-z.+-]{1,60}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(SemverConverter, "semver")
ADDRESS = f"{registry.BASE[1:]}<slug:namespace>/<slug:name>/<slug:system>/"
VERSION = "modules/<ref:ref>/versions/<semver:semver>/"

app_name = "modules"
urlpatterns = [
    path("publish/", publish.publish, name="publish"),
    path("publish/preview/", publish.publish_preview, name="publish-preview"),
    path("publish/module/", folder.publish_module, name="publish-module"),
    path("publish/module/terms/", folder.publish_terms, name="publish-terms"),
    path("publish/remove/<ref:ref>/", publish.module_remove, name="module-remove"),
    path("publish/scan/", publish.scan_start, name="scan-start"),
    path("publish/scan/status/", publish.scan_status, name="scan-status"),
    path("modules/<ref:ref>/", module.module, name="module"),
    path("modules/<ref:ref>/alarms/<ref:alarm>/dismiss/", version.alarm_dismiss, name="alarm-dismiss"),
    path(VERSION, version.version, name="version"),
    path(f"{VERSION}current/", version.version_current, name="version-current"),
    path(f"{VERSION}deprecate/", version.version_deprecate, name="version-deprecate"),
    path(f"{VERSION}undeprecate/", version.version_undeprecate, name="version-undeprecate"),
    path(f"{VERSION}revoke/", version.version_revoke, name="version-revoke"),
    path(f"{VERSION}unrevoke/", version.version_unrevoke, name="version-unrevoke"),
    path("hooks/github/<ref:ref>/", hooks.github, name="github-hook"),
    path(".well-known/terraform.json", registry.discovery, name="registry-discovery"),
    path(f"{ADDRESS}versions", registry.versions, name="registry-versions"),
    path(f"{ADDRESS}download", registry.latest, name="registry-latest"),
    path(f"{ADDRESS}<semver:semver>/download", registry.download, name="registry-download"),
    path("registry/archives/<str:key>/<str:name>.tar.gz", registry.archive, name="registry-archive"),
]
