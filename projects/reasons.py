"""Why a project fits somebody, in words."""

from marketplace.skills.models import Level


def what_fits(asked, known):
    """{shown: [[skill, level word, shown in]], missing: [skill, in words]}, in the order asked, as a Match keeps it.

    `asked`: [(skill id, level, name)]; `known`: {skill id: (level, shown in)}. What was shown at a lower level is
    missing at the level asked.
    """
    shown, missing = [], []
    for pk, wanted, name in asked:
        level, where = known.get(pk, (0, ""))
        if level >= wanted:
            shown.append([name, Level(level).label, where])
        else:
            missing.append(at_the_level(name, wanted, level) if level else name)
    return {"shown": shown, "missing": missing}


def at_the_level(name, wanted, shown):
    """ "SQL at Advanced level (you have shown Working)" """
    return f"{name} at {Level(wanted).label} level (you have shown {Level(shown).label})"


def reason_in_words(shown, missing):
    """ "You have shown SQL and Data cleaning." or "You have shown 2 of 3: SQL and Python. Missing: Tableau." """
    names = [name for name, _level, _where in shown]
    if not missing:
        return f"You have shown {listed(names)}."
    return f"You have shown {len(names)} of {len(names) + len(missing)}: {listed(names)}. Missing: {listed(missing)}."


def listed(names):
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
