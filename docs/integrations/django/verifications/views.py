"""In the place of the views that drew pictures and sent codes: what the service answers."""

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from sms_codes import segment

from .checks import sms_server


@require_GET
def image_code(request, uuid):
    return pass_on(request, f"/image_codes/{segment(uuid)}/")


@require_GET
def sms_code(request, mobile):
    return pass_on(request, f"/sms_codes/{segment(mobile)}/")


@require_GET
def component(request):
    """The script of <sms-code>."""
    return pass_on(request, "/sms-code.js")


def pass_on(request, path):
    answer = sms_server().forward(
        path,
        query=request.META["QUERY_STRING"],
        peer=request.META["REMOTE_ADDR"],
        forwarded_for=request.META.get("HTTP_X_FORWARDED_FOR", ""),
    )
    return HttpResponse(answer.body, status=answer.status, headers=answer.headers)
