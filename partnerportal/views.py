from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from partnerportal import start as start_page


@login_required
@require_safe
def start(request):
    return render(request, "start.html", start_page.page(request.user, now=timezone.now()))
