"""Whether this process can serve: PostgreSQL answers. Redis may be away; the pages work without it."""

from django.db import connection
from django.http import HttpResponse
from django.views.decorators.http import require_safe


@require_safe
def healthz(request):
    """200 "ok", or the 503 page through FailureMiddleware."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")
