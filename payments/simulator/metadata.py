"""Metadata: kept as text, merged by updates, within limits. https://docs.stripe.com/api/metadata"""

from .errors import invalid

MOST, LONGEST_KEY, LONGEST_VALUE = 50, 40, 500


def clean(given):
    """Without empty values. Raises ApiError 400 for what Stripe would not keep."""
    kept = {name: str(value) for name, value in (given or {}).items() if value not in (None, "")}
    if len(kept) > MOST:
        raise invalid(f"You can have up to {MOST} metadata keys; this object would have {len(kept)}.", param="metadata")
    for name, value in kept.items():
        if len(name) > LONGEST_KEY:
            message = f"Metadata keys can have up to {LONGEST_KEY} characters; '{name[:60]}' has {len(name)}."
            raise invalid(message, param="metadata")
        if len(value) > LONGEST_VALUE:
            message = f"Metadata values can have up to {LONGEST_VALUE} characters, but you passed in {len(value)}."
            raise invalid(message, param=f"metadata[{name}]")
    return kept


def merge(old, params):
    """An empty value removes one key, an empty metadata removes all."""
    if "metadata" not in params:
        return old
    if not params["metadata"]:
        return {}
    return clean({**(old or {}), **params["metadata"]})
