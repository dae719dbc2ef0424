"""What a document says, as JSON: names, amounts (minor units) and dates as they are when it is issued.

Nothing here is read again from other rows later, so a new name, address or fee never changes an issued document.
"""

from django.conf import settings
from django.utils import timezone

from payments.documents.models import BillingDetails, Document


def of_funding(funding):
    engagement = funding.engagement
    return _for_organization(engagement) | {
        "lines": lines_of(funding),
        "paid_with": funding.card_hint,
        "paid_on": day_of(funding.paid_at),
        "needed": funding.counts,
        "payment": funding.code,
    }


def lines_of(funding):
    """[{text, note, amount}] that sum to what was paid."""
    engagement = funding.engagement
    if not funding.counts:
        return [_line("Payment that was not needed", funding.amount, engagement.project.title)]
    fee, rate = funding.fee_amount, engagement.project.service_fee_bps
    lines = [_line(f"Fee for {engagement.student}", fee, what_for(funding))]
    if funding.amount > fee:
        percent = f" ({rate // 100}%)" if rate % 100 == 0 else ""
        lines.append(_line(f"Service fee{percent}", funding.amount - fee))
    return lines


def what_for(funding):
    """The project, and what was added to it where this pays for a change order."""
    order, title = funding.change_order, funding.engagement.project.title
    return f"{title}: {order.title}" if order else title


def of_refund(refund):
    funding = refund.funding
    invoice = Document.objects.filter(funding=funding).first()
    return _for_organization(funding.engagement) | {
        "lines": [_line("Refund", refund.amount, funding.engagement.project.title)],
        "paid_with": funding.card_hint,
        "paid_on": day_of(refund.done_at),
        "reason": refund.reason,
        "credits": invoice.reference if invoice else "",
        "payment": funding.code,
    }


def of_payout(payout):
    """Nothing of how the organization paid: the student does not learn that."""
    engagement = payout.engagement
    return {
        "issuer": issuer(),
        "recipient": {"name": payout.student.user.get_full_name(), "lines": []},
        "organization": engagement.organization.name,
        "project": engagement.project.title,
        "engagement": engagement.code,
        "lines": [_line(f"Fee paid by {engagement.organization}", payout.amount, engagement.project.title)],
        "paid_on": day_of(payout.paid_at),
        "payment": payout.code,
    }


def _for_organization(engagement):
    return {
        "issuer": issuer(),
        "recipient": billed_to(engagement.organization),
        "organization": engagement.organization.name,
        "project": engagement.project.title,
        "student": str(engagement.student),
        "engagement": engagement.code,
    }


def issuer():
    """The site's operator, from the settings."""
    lines = [*settings.ISSUER_ADDRESS, f"Tax ID {settings.ISSUER_TAX_ID}" if settings.ISSUER_TAX_ID else ""]
    return {"name": settings.ISSUER_NAME, "lines": [line for line in lines if line]}


def billed_to(organization):
    """The organization's billing details, or its name where it has given none."""
    found = BillingDetails.objects.filter(organization=organization).first()
    if found is None:
        return {"name": organization.name, "lines": []}
    lines = [line.strip() for line in found.address.splitlines()]
    lines += [f"Tax ID {found.tax_id}" if found.tax_id else "", found.email]
    return {"name": found.legal_name, "lines": [line for line in lines if line]}


def day_of(moment):
    """ISO date in the site's time zone."""
    return timezone.localtime(moment, timezone.get_default_timezone()).date().isoformat()


def _line(text, amount, note=""):
    return {"text": text, "note": note, "amount": amount}
