"""What a search text means: full text first; for a text that finds nothing at all, words spelled like it."""

from dataclasses import dataclass

from django.contrib.postgres.search import SearchQuery, SearchRank, TrigramWordSimilarity
from django.db.models import F, IntegerField, Q, Value
from django.db.models.functions import Cast

from projects.models import Listing

SIMILAR = 0.4  # word similarity: one swapped pair of letters in a word of six keeps about this much


@dataclass(frozen=True)
class Text:
    """`condition` over an annotated Listing; `rank` an integer expression; `is_guess`: no word matched as written."""

    condition: Q
    rank: object
    is_guess: bool

    def annotate(self, listings):
        return listings.annotate(similarity=self.rank) if self.is_guess else listings


def understand(q, at):
    """The Text of a non-empty `q`: one query that asks whether the words exist among open projects."""
    query = SearchQuery(q, config="english", search_type="websearch")
    if Listing.objects.filter(document=query, closes_at__gt=at).exists():
        rank = Cast(SearchRank(F("document"), query) * Value(1_000_000), IntegerField())
        return Text(Q(document=query), rank, is_guess=False)
    rank = Cast(TrigramWordSimilarity(Value(q.lower()), "words") * Value(1_000_000), IntegerField())
    return Text(Q(similarity__gte=int(SIMILAR * 1_000_000)), rank, is_guess=True)
