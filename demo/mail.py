from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from demo import mailbox


def link(request):
    """Context processor: where the e-mail of this demo is read."""
    return {"mailbox_url": reverse("demo-mail-list")}


@require_safe
@never_cache
def message_list(request):
    return render(request, "demo/mail_list.html", {"letters": mailbox.letters()})


@require_safe
@never_cache
def message(request, name):
    letter = mailbox.letter(name)
    if letter is None:
        raise Http404("There is no such message.")
    return render(request, "demo/mail.html", {"letter": letter})
