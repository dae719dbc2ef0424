"""Starting points for an employer's first project: words to edit, never text to publish as it is.

What is in [brackets] is for the employer to fill; submitting with brackets left is refused (sections.problems).
"""

import re
from dataclasses import dataclass

FOUNDATIONAL, WORKING = 1, 2


@dataclass(frozen=True)
class Starter:
    """`fee` in major units of the site's currency per hour; skills and field by their names in the taxonomy."""

    slug: str
    label: str
    field: str
    title: str
    brief: str
    deliverable: str
    criteria: tuple
    competencies: tuple  # (skill, level, evidence question)
    hours: int
    hourly: int = 25


STARTERS = [
    Starter(
        "clean-data", "Clean and document a data set", "data", "Clean and document [what the data is about]",
        "We have [how many] files about [subject], kept since [year]. [Who] needs them to answer [question], and today "
        "nobody can.\n\nYou get:\n- the files, as they are\n- an hour with [who knows them]\n\n"
        "Out of scope: charts and conclusions.",
        "One clean CSV with a data dictionary, and the notebook that makes it from the raw files",
        (
            "Every column is described in the data dictionary",
            "The notebook runs from the raw files to the result without a manual step",
            "Counts show that no row was lost or doubled",
            "Every decision about wrong or missing values is written down",
        ),
        (
            ("Data cleaning", WORKING, "Show a messy data set you cleaned: what was wrong, what did you do?"),
            ("Data dictionary writing", FOUNDATIONAL, "Show documentation of data that you wrote, of any kind."),
        ),
        16,
    ),
    Starter(
        "dashboard", "Build a dashboard", "data", "A dashboard that shows [what]",
        "[Who] decides about [what] every [week], from figures that are scattered over [where]. A dashboard should "
        "answer these questions at a glance:\n\n- [question]\n- [question]\n- [question]\n\n"
        "You get: read access to [source] and the definitions we use today.",
        "A working dashboard in [tool], with a page that defines every figure",
        (
            "Each of the three questions is answered without scrolling or filtering",
            "Every figure matches a hand count for one week that we choose",
            "Every figure is defined on one page, with its source",
        ),
        (
            ("Data visualization", WORKING, "Show a chart or dashboard of yours, and what somebody decided with it."),
            ("SQL", WORKING, "Show a query you wrote and say what question it answers."),
            ("Metrics definition", FOUNDATIONAL, "Show a figure you defined: what counts, and what does not?"),
        ),
        24, 30,
    ),
    Starter(
        "interviews", "Interview users and report", "research", "What keeps [people] from [doing what]?",
        "We do not know why [people] [do or do not do what]. We can name [how many] adults who agreed to talk for 30 "
        "minutes by video.\n\nYou write the guide, hold the interviews, and tell us what we did not expect. "
        "We book the interviews and thank the people.",
        "A report of at most ten pages with findings, quotes and three recommendations",
        (
            "At least eight interviews were held with the guide we agreed on",
            "Each finding rests on at least three interviews, with quotes",
            "Quotes do not reveal who said them",
            "Each recommendation says what to do first and what it is expected to change",
        ),
        (
            ("User interviews", WORKING, "Show an interview guide you used, and one thing that surprised you."),
            ("Research synthesis", WORKING, "Show how you got from notes to findings, in any project."),
        ),
        24,
    ),
    Starter(
        "landing-page", "Write a web page", "writing", "Write the page that explains [what] to [whom]",
        "[Whom] should understand [what] in two minutes and then [do what]. Our page today is "
        "[what is wrong with it].\n\nYou get: the present page, our notes on the questions people ask, "
        "and an hour with [who knows the subject].",
        "The finished text of one page, with headings, as a document we can paste",
        (
            "A reader from the audience can say in one sentence what it offers",
            "Every claim is backed by a source we gave you or was cleared with us",
            "The text is at most [600] words at a reading level of grade 8 or below",
        ),
        (
            ("Web content writing", WORKING, "Show a page you wrote for readers who were not experts."),
            ("Plain language", WORKING, "Show a hard text you made easy, before and after."),
        ),
        12,
    ),
    Starter(
        "prototype", "Design and test a flow", "design", "Redesign how people [do what] in [product]",
        "People who [do what] give up at [step]: [the number you have]. We want a better flow, tested with people, "
        "before anybody writes code.\n\nYou get: screens of today, our components, and five adults for tests.",
        "A clickable prototype of the whole flow, with a two-page note on the test",
        (
            "The prototype covers every screen from [start] to [end], errors included",
            "Five people tried it, and the note says where each of them hesitated",
            "Text and controls meet WCAG 2.2 AA contrast and target size",
            "It uses our components wherever one fits",
        ),
        (
            ("UX design", WORKING, "Show a flow you designed, and one version of it that you gave up and why."),
            ("Usability testing", FOUNDATIONAL, "Show a test you ran with a person, and what you changed afterwards."),
            ("Prototyping", WORKING, "Show a clickable prototype of yours."),
        ),
        30, 28,
    ),
    Starter(
        "accessibility", "Check a site for accessibility", "software", "Accessibility check of [site or part of it]",
        "We want everybody to be able to [do what] on [site], with a keyboard and a screen reader too. "
        "Check these pages:\n\n- [page]\n- [page]\n- [page]\n\nWe fix; you find, explain and rank.",
        "A report of issues by page, each with its WCAG criterion, who it stops, and how to fix it",
        (
            "Every listed page was tried with a keyboard only and with one screen reader",
            "Each issue names its WCAG 2.2 criterion and how to see it again",
            "Issues are ranked by whom they stop from doing what",
        ),
        (
            ("Web accessibility", WORKING, "Show an accessibility issue you found and how you explained it."),
            ("Bug reporting", FOUNDATIONAL, "Show a report of a problem that somebody fixed from your words alone."),
        ),
        16, 28,
    ),
    Starter(
        "campaign", "Plan a small campaign", "marketing", "Plan how [audience] hears about [what]",
        "We want [how many] [people] to [do what] by [date], with a budget of [amount] and no new staff.\n\n"
        "You get: what we tried before and how it went, our channels with their figures, and our words and pictures.",
        "A campaign plan with messages, a calendar and the first three posts, ready to use",
        (
            "The plan names one audience, one action, and how we will count it",
            "Each activity has a date, an owner on our side, and a cost within the budget",
            "Three posts are written and sized for the channels in the plan",
        ),
        (
            ("Campaign planning", WORKING, "Show something you got people to do: who, how, and how many did."),
            ("Copywriting", WORKING, "Show a short text of yours that made somebody act."),
        ),
        14,
    ),
    Starter(
        "process", "Map and improve a process", "operations", "Make [process] take half the steps",
        "[Process] takes us [how long] and goes wrong at [where]. Three people do parts of it, and it is written down "
        "nowhere.\n\nYou talk to the three (an hour each), draw what happens today, and propose what to drop, join or "
        "automate with tools we have: [tools].",
        "A map of today and of tomorrow, with a step-by-step guide for the new way",
        (
            "The map of today was read and confirmed by all three people",
            "Each proposed change says what it saves and what could go wrong",
            "Somebody who never did it can follow the guide to the end",
        ),
        (
            ("Process mapping", WORKING, "Show a process you drew, and what became visible by drawing it."),
            ("Standard operating procedures", FOUNDATIONAL, "Show instructions of yours that somebody else followed."),
        ),
        18,
    ),
]  # fmt: skip
BLANKS = {
    blank
    for starter in STARTERS
    for text in (starter.title, starter.brief, starter.deliverable, *starter.criteria)
    for blank in re.findall(r"\[[^\]]+\]", text)
}
BY_SLUG = {starter.slug: starter for starter in STARTERS}
