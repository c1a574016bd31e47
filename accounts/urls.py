from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.profile, name="profile"),
    path("name/", views.name_save, name="name-save"),
    path("theme/", views.theme_save, name="theme-save"),
    path("github/token/", views.token_save, name="token-save"),
    path("github/repository/", views.repository_save, name="repository-save"),
    path("github/repository/search/", views.repository_search, name="repository-search"),
    path("github/repositories/refresh/", views.repository_refresh, name="repository-refresh"),
    path("github/repositories/", views.repository_status, name="repository-status"),
    path("github/webhook/", views.webhook_save, name="webhook-save"),
    path("github/remove/", views.connection_remove, name="connection-remove"),
    path("tokens/", views.api_token_create, name="api-token-create"),
    path("tokens/<ref:ref>/revoke/", views.api_token_revoke, name="api-token-revoke"),
]
