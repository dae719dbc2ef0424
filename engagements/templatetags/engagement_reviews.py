"""Reviews on pages of apps that stand below this one: `{% load engagement_reviews %}`."""

from django import template

from engagements.models import Review
from engagements.queries import published_reviews, published_reviews_of, rating_of

register = template.Library()


@register.inclusion_tag("engagements/_reviews_of_organization.html")
def reviews_of_organization(organization, most=20):
    """What students published about an organization: the plain figures of all, the texts of the newest `most`.

    Without the students' names: a name beside the project would undo a portfolio that may not name the organization.
    """
    every = published_reviews().filter(side=Review.Side.STUDENT, engagement__organization=organization)
    reviews = list(published_reviews_of(organization)[:most])
    return {"organization": organization, "reviews": reviews, "figures": rating_of(every)}
