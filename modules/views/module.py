from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from modules.markdown import render as render_markdown
from modules.models import Module
from modules.showing import inputs_of, link


@login_required
@require_safe
def module(request, ref):
    module = get_object_or_404(Module.objects.visible_to(request.user).select_related("owner"), ref=ref)
    versions = module.versions.select_related("published_by").defer("schema", "readme")
    version = get_object_or_404(module.versions, number=_number(request, module))
    may_change = module.may_change(request.user)
    context = {
        "module": module,
        "version": version,
        "versions": versions,
        "about": render_markdown(version.schema["platform"].get("module_description") or ""),
        "readme": render_markdown(version.readme),
        "inputs": inputs_of(version.schema, with_hidden=may_change),
        "documentation": link(version.schema["platform"].get("module_documentation")),
        "may_change": may_change,
        "is_published": Module.objects.published().filter(pk=module.pk).exists(),
        "is_mine": module.owner_id == request.user.pk,
    }
    return render(request, "modules/module.html", context)


def _number(request, module: Module) -> int:
    asked = request.GET.get("version", "")
    if not asked:
        return module.current_version.number
    if not asked.isascii() or not asked.isdecimal() or len(asked) > 6:
        raise Http404
    return int(asked)
