from django.urls import include, path

from demo import mail

urlpatterns = [
    path("demo/mail/", mail.message_list, name="demo-mail-list"),
    path("demo/mail/<slug:name>/", mail.message, name="demo-mail"),
    path("", include("partnerportal.urls")),
]
