"""Where Stripe's webhooks arrive."""

from django.conf import settings
from django.http import Http404, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from marketplace.clock import now
from payments import actions


@csrf_exempt  # the signature proves the sender
@require_POST
def webhook(request, endpoint):
    """200 as soon as the event is kept, 400 for what Stripe did not sign. An endpoint without a secret is not there."""
    if not settings.STRIPE_WEBHOOK_SECRETS.get(endpoint):
        raise Http404("No such endpoint.")
    signature = request.headers.get("Stripe-Signature", "")
    kept = actions.receive_event(endpoint=endpoint, payload=request.body, signature=signature, at=now())
    return HttpResponse("kept" if kept else "refused", status=200 if kept else 400, content_type="text/plain")
