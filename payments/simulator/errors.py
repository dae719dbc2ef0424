"""Errors in Stripe's words. Codes: https://docs.stripe.com/error-codes

`Stripe-Should-Retry` tells the SDKs what their own rules do not: stripe/_http_client.py, `_should_retry`.
"""

LOCK_HEADERS = {"Stripe-Should-Retry": "true"}
RATE_HEADERS = {"Stripe-Rate-Limited-Reason": "global-rate"}
STORED_HEADERS = {"Stripe-Should-Retry": "false"}  # of a 500 that its key would only replay


class ApiError(Exception):
    """An answer of status 4xx or 5xx. `saved` tells whether an idempotency key remembers it."""

    def __init__(
        self, status, message, *, type="invalid_request_error", code=None, param=None, saved=True, headers=None, **extra
    ):
        super().__init__(message)
        self.status = status
        self.saved = saved
        self.headers = headers or {}
        self.error = {"type": type, "message": message}
        if code:
            self.error |= {"code": code, "doc_url": f"https://docs.stripe.com/error-codes/{code.replace('_', '-')}"}
        if param:
            self.error["param"] = param
        self.error |= extra

    def body(self, request_id):
        return {"error": {**self.error, "request_log_url": f"http://127.0.0.1/requests/{request_id}"}}


def invalid(message, *, code=None, param=None, status=400):
    return ApiError(status, message, code=code, param=param)


def no_such(noun, id, *, param=None):
    """404 when the id stood in the path, 400 when a parameter named it."""
    status = 400 if param else 404
    return invalid(f"No such {noun}: '{id}'", code="resource_missing", param=param or "id", status=status)


def unauthorized(message):
    return ApiError(401, message, saved=False)


def unknown_url(method, path):
    message = f"Unrecognized request URL ({method}: {path}). The simulator may not speak this part of Stripe."
    return ApiError(404, message, saved=False)


def rate_limited():
    message = "Request rate limit exceeded. Retry with exponential backoff and the same idempotency key."
    return ApiError(429, message, code="rate_limit", saved=False, headers=RATE_HEADERS)


def lock_timeout(status=429):
    message = "This object cannot be accessed right now because another API request is accessing it. Please retry."
    return ApiError(status, message, code="lock_timeout", saved=False, headers=LOCK_HEADERS)


def server_error(saved):
    return ApiError(500, "An unknown error occurred.", type="api_error", saved=saved)
