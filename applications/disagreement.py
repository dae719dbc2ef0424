"""When two assessors see the same evidence too differently to decide on it before they have talked."""

GAP = 2  # levels


def is_open(scores, agreed=None):
    """Whether the levels that stand are GAP or more apart.

    An agreed level stands for every score it settled; one given after it stands beside it.
    """
    levels = [score.level for score in scores if agreed is None or score.scored_at > agreed.agreed_at]
    if agreed is not None:
        levels.append(agreed.level)
    return bool(levels) and max(levels) - min(levels) >= GAP
