"""What went wrong, for programs: RFC 9457 problem details."""

from django.http import JsonResponse

API = "/api/"


def is_for_api(request):
    """Whether the asker is a program, which reads no pages."""
    return f"{request.path}/".startswith(API)


def problem(status, detail, *, kind, **extra):
    """One problem, as JSON whatever was asked for: `type` is a stable URN of this API, `title` the kind in words."""
    body = {"type": f"urn:proofwork:problem:{kind}", "title": kind.replace("_", " ").capitalize(), "status": status}
    body |= {"detail": detail, **{key: value for key, value in extra.items() if value is not None}}
    return JsonResponse(body, status=status, content_type="application/problem+json")
