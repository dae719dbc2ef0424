"""How many students fit a project: numbers for its organization, never who they are."""

from dataclasses import dataclass

from projects.matching.pool import asked_of, count_fitting

MOST = 1_000  # students that are counted
HIDDEN = 5  # fewer are not counted out, so that nobody can be told from the number
SCARCE = 50  # where fewer fit, it is said what asking for less would change


@dataclass(frozen=True)
class Reach:
    """`fitting`: students above the gate who may be told, up to MOST; `wider`: [(skill, as many without it)]."""

    fitting: int
    wider: list

    @property
    def is_scarce(self):
        return self.fitting < SCARCE


def reach_of(project):
    """The Reach of a project, None without competencies; two statements, more where few fit."""
    asked = asked_of(project)
    if not asked:
        return None
    fitting, wider = count_fitting(asked, at_most=MOST), []
    if fitting < SCARCE and len(asked) > 1:
        for one in asked:
            number = count_fitting([other for other in asked if other is not one], at_most=MOST)
            if number > fitting and number >= HIDDEN:
                wider.append((one.name, number))
        wider.sort(key=lambda row: -row[1])
    return Reach(fitting, wider)


def roughly(number):
    """ "about 140": two digits that count, so that a change of one student says nothing about them."""
    if number < HIDDEN:
        return f"fewer than {HIDDEN}"
    if number >= MOST:
        return f"more than {MOST:,}"
    step = 10 if number >= 100 else 1 if number < 20 else 5
    return f"about {number // step * step}"
