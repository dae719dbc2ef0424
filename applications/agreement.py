"""How alike the assessors of an organization judge, beyond chance: quadratic-weighted kappa over double scores.

A double score is one pair of assessors on one applicant in one competency. Nobody is "first" in it, so each pair counts
both ways round and the order in which assessors are read makes no difference.
"""

from collections import Counter
from dataclasses import dataclass
from itertools import combinations

FEWEST_PAIRS = 10  # below this a kappa says more about chance than about people
MEANINGS = [  # from this kappa on; the steps of Landis and Koch (1977), in words that say what to do
    (0.8, "Very strong", "Two of you nearly always see the same level in the same evidence."),
    (0.6, "Strong", "Two of you mostly see the same level, or the one beside it."),
    (0.4, "Moderate", "You often see different levels. Compare a few justifications before you go on."),
    (
        float("-inf"),
        "Weak",
        "Your levels match little more than by chance. Read the rubric together before you decide.",
    ),
]


@dataclass(frozen=True)
class Agreement:
    """`kappa` is None while there are too few pairs, or when all scores are one and the same level."""

    pairs: int
    same: int  # pairs of equal levels
    kappa: float | None

    @property
    def is_enough(self):
        return self.pairs >= FEWEST_PAIRS

    @property
    def figure(self):
        return f"{self.kappa:.2f}".replace("-", "−")

    @property
    def percent_same(self):
        return round(100 * self.same / self.pairs)

    @property
    def word(self):
        return self._row[1]

    @property
    def meaning(self):
        return self._row[2]

    @property
    def _row(self):
        return next(row for row in MEANINGS if round(self.kappa, 2) >= row[0])


def agreement_of(groups):
    """The Agreement of [levels that different assessors gave to the same evidence]; single scores count for nothing."""
    pairs = [pair for levels in groups for pair in combinations(levels, 2)]
    both_ways = pairs + [(second, first) for first, second in pairs]
    kappa = weighted_kappa(both_ways) if len(pairs) >= FEWEST_PAIRS else None
    return Agreement(len(pairs), sum(first == second for first, second in pairs), kappa)


def weighted_kappa(pairs):
    """Cohen's kappa with quadratic weights of [(level, level)]; None when there is but one level, so no chance to miss.

    1 less the mean squared distance within pairs over the one expected if each side gave its levels at random.
    """
    firsts, seconds = Counter(first for first, _ in pairs), Counter(second for _, second in pairs)
    seen = sum((first - second) ** 2 for first, second in pairs) * len(pairs)
    chance = sum(n * m * (first - second) ** 2 for first, n in firsts.items() for second, m in seconds.items())
    return 1 - seen / chance if chance else None
