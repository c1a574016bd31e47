from django.urls import path

from deployments.views import asides, deploy, listing, live_log, page, runs, trial

app_name = "deployments"
urlpatterns = [
    path("deploy/", deploy.deploy, name="deploy"),
    path("deploy/<ref:ref>/", deploy.deployment_create, name="deployment-create"),
    path("deploy/<ref:ref>/review/<ref:draft_ref>/", deploy.draft_review, name="draft-review"),
    path("publish/try/", trial.form_trial, name="form-trial"),
    path("deployments/", listing.deployment_list, name="deployment-list"),
    path("deployments/export.csv", listing.deployment_export, name="deployment-export"),
    path("deployments/<ref:ref>/", page.deployment, name="deployment"),
    path("deployments/<ref:ref>/update/", runs.deployment_update, name="deployment-update"),
    path("deployments/<ref:ref>/update/<ref:draft_ref>/", runs.update_review, name="update-review"),
    path("deployments/<ref:ref>/destroy/", runs.deployment_destroy, name="deployment-destroy"),
    path("deployments/<ref:ref>/outputs/<str:name>/file/", page.output_file, name="output-file"),
    path("deployments/<ref:ref>/outputs/<str:name>/reveal/", page.output_reveal, name="output-reveal"),
    path("deployments/<ref:ref>/states/<ref:aside_ref>/", asides.aside_download, name="aside-download"),
    path("deployments/<ref:ref>/states/<ref:aside_ref>/accept/", asides.aside_accept, name="aside-accept"),
    path("deployments/<ref:ref>/states/<ref:aside_ref>/dismiss/", asides.aside_dismiss, name="aside-dismiss"),
    path("deployments/<ref:ref>/runs/", runs.run_start, name="run-start"),
    path("deployments/<ref:ref>/runs/<int:number>/", page.deployment, name="run"),
    path("deployments/<ref:ref>/runs/<int:number>/cancel/", runs.run_cancel, name="run-cancel"),
    path("deployments/<ref:ref>/runs/<int:number>/status/", page.run_status, name="run-status"),
    path("deployments/<ref:ref>/runs/<int:number>/log/", live_log.run_log, name="run-log"),
    path("deployments/<ref:ref>/runs/<int:number>/log.txt", live_log.run_log_text, name="run-log-text"),
]
