"""A project that takes applications as a JobPosting (schema.org), with what Google's search for jobs requires.

Only while it takes applications: a page that is closed says nothing of a job.
"""

import json

from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe

from marketplace.money import exponent

ESCAPED = {
    ord("<"): "\\u003C",
    ord(">"): "\\u003E",
    ord("&"): "\\u0026",
    ord("'"): "\\u0027",
}  # nothing of HTML is left


def job_posting(project, at, *, brief, criteria, skills):
    """JSON for a <script type="application/ld+json">; None where nobody can apply.

    `brief`: as HTML; `criteria`: texts; `skills`: names.
    """
    if not project.accepts_applications(at) or project.organization.suspended_at:
        return None
    found = _posting(project, skills) | {"description": _description(project, brief, criteria)}
    return mark_safe(json.dumps(found, ensure_ascii=False).translate(ESCAPED))  # noqa: S308 - escaped here


def _posting(project, skills):
    organization = project.organization
    return {
        "@context": "https://schema.org",
        "@type": "JobPosting",
        "title": project.title,
        "datePosted": project.opened_at.date().isoformat(),
        "validThrough": project.applications_close_at.isoformat(),
        "employmentType": ["CONTRACTOR", "INTERN"],
        "directApply": True,
        "url": settings.SITE_URL + project.get_absolute_url(),
        "identifier": {"@type": "PropertyValue", "name": settings.SITE_NAME, "value": project.code},
        "hiringOrganization": {
            "@type": "Organization",
            "name": organization.name,
            "sameAs": organization.website or settings.SITE_URL + organization.get_absolute_url(),
        },
        "skills": ", ".join(skills),
        "totalJobOpenings": project.places,
        "baseSalary": _pay(project),
        **_where(project),
    }


def _description(project, brief, criteria):
    """As HTML."""
    listed = format_html_join("", "<li>{}</li>", ((text,) for text in criteria))
    return format_html(
        "{}<p>{}</p><ul>{}</ul><p>{} fixed for about {} hours, due on {}.</p>",
        brief, project.deliverable, listed,
        project.fee_text, project.hours, project.work_due_on.isoformat(),
    )  # fmt: skip


def _pay(project):
    """By the hour, since the vocabulary knows no fixed fee; the description gives the fee."""
    digits = exponent(project.currency)
    hourly = round(project.fee_amount / project.hours / 10**digits, digits)
    return {
        "@type": "MonetaryAmount",
        "currency": project.currency.upper(),
        "value": {"@type": "QuantitativeValue", "value": hourly, "unitText": "HOUR"},
    }


def _where(project):
    countries = settings.JOB_COUNTRIES
    if project.is_remote:
        places = [{"@type": "Country", "name": country} for country in countries]
        return {"jobLocationType": "TELECOMMUTE", "applicantLocationRequirements": places}
    place = {"addressLocality": project.place} if project.place else {}
    address = {"@type": "PostalAddress", "addressCountry": countries[0]} | place
    return {"jobLocation": {"@type": "Place", "address": address}}
