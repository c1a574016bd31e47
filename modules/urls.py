from django.urls import path, register_converter

from modules.views import alarms, folder, hooks, module, publish, registry, version


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
    path("publish/draft/", publish.draft_save, name="draft-save"),
    path("publish/draft/reset/", publish.draft_reset, name="draft-reset"),
    path("publish/rows/", publish.publish_rows, name="publish-rows"),
    path("publish/row/", publish.publish_row, name="publish-row"),
    path("publish/alarms/", alarms.alarm_list, name="alarm-list"),
    path("publish/jobs/<ref:ref>/", publish.publication_status, name="publication-status"),
    path("publish/jobs/<ref:ref>/cancel/", publish.publication_cancel, name="publication-cancel"),
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
