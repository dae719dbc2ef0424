"""The text lint: it warns the employer before submitting and tells the moderator where to look. It decides nothing.

Each rule is a code, what the reader is told, and patterns. A phrase that is negated right before ("no unpaid test
tasks") is not flagged.
"""

import re
from typing import NamedTuple


class Rule(NamedTuple):
    code: str
    message: str
    pattern: re.Pattern


class Flag(NamedTuple):
    """`where` is a section of the task list, or "" for the whole project; `excerpt` the words that matched."""

    code: str
    message: str
    where: str = ""
    excerpt: str = ""


def _rule(code, message, *phrases):
    return Rule(code, message, re.compile(r"\b(?:" + "|".join(phrases) + r")", re.IGNORECASE))


RULES = [
    _rule(
        "unpaid",
        "Unpaid work is not allowed here: every hour of the project is covered by the fee.",
        r"unpaid\b",
        r"(?:volunteer|voluntary|pro[ -]bono)\b",
        r"without (?:any )?(?:pay|payment|compensation)\b",
        r"for (?:free|exposure|experience only)\b",
        r"(?:college|school|course) credit only\b",
        r"in exchange for credit\b",
        r"(?:commission|equity)[ -]only\b",
        r"(?:paid|payment) (?:only )?(?:upon|on|after|if) (?:we (?:like|use)|acceptance|success)\b",
        r"only pay if\b",
        r"stipend only\b",
    ),
    _rule(
        "bespoke_task",
        "Applicants must not do bespoke work to apply: ask for evidence of something they have already made.",
        r"(?:test|trial|sample) (?:task|project|assignment|exercise)\b",
        r"take[ -]home (?:task|test|assignment)\b",
        r"(?:complete|submit|do|prepare|send) (?:us )?an? (?:\w+ )?"
        r"(?:mock[ -]?up|draft|prototype|sample|proposal) (?:for|of) our\b",
        r"spec(?:ulative)? work\b",
        r"(?:to|when you|with your) appl(?:y|ication),? (?:please )?"
        r"(?:design|write|build|create|draft|analy[sz]e)\b",
        r"trial (?:day|shift|week)\b",
        r"design contest\b",
    ),
    _rule(
        "vulnerable_people",
        "Work with children, patients or other vulnerable people is not allowed here.",
        r"(?:baby|child)[ -]?sit(?:ting|ter)?\b",
        r"child ?care\b",
        r"(?:work|working|play|time) with (?:\w+ )?(?:children|minors|kids)\b",
        r"(?:tutor|coach|teach|mentor|supervis)(?:e|ing)? (?:\w+ ){0,2}(?:children|kids|minors|pupils|toddlers)\b",
        r"(?:elder|home|personal) care\b",
        r"care (?:for|of) (?:the )?(?:elderly|sick|disabled)",
        r"patient (?:care|contact)\b",
        r"(?:vulnerable|at[ -]risk) (?:adults?|people|persons|youth|children)\b",
        r"counsel(?:l)?ing (?:sessions|clients|victims)\b",
    ),
    _rule(
        "dangerous",
        "Dangerous work is not allowed here: a project is desk, studio or ordinary on-site work.",
        r"(?:power tools?|chainsaw|forklift|scaffold(?:ing)?|heavy machinery|heavy lifting)\b",
        r"(?:work(?:ing)? at height|roof(?:ing)? work|climb(?:ing)? (?:ladders|towers|masts))\b",
        r"(?:asbestos|explosives?|firearms?|ammunition|hazardous (?:materials?|chemicals?|waste))\b",
        r"(?:high[ -]voltage|electrical (?:installation|wiring))\b",
        r"(?:night|lone) (?:shift|working)\b",
        r"(?:biohazard|radioactive)\w*\b",
        r"bring (?:your own )?hard hat\b",
    ),
    _rule(
        "employment",
        "A project ends with its deliverable. Ongoing employment, shifts and open-ended support belong elsewhere.",
        r"(?:full|part)[ -]time (?:job|position|role|employ\w+|hours?)\b",
        r"(?:ongoing|permanent|long[ -]term) (?:job|position|role|work|support|employment|basis)\b",
        r"employment (?:contract|relationship)\b",
        r"join our (?:permanent )?(?:staff|payroll)\b",
        r"(?:weekly|monthly) (?:salary|wage|retainer)\b",
        r"(?:mon(?:day)?|weekdays?) (?:to|through|[-–]) (?:fri(?:day)?)\b",
        r"(?:9|nine)[ -](?:to|–)[ -]?(?:5|five)\b",
        r"shift (?:work|pattern)\b",
        r"as needed on an ongoing\b",
    ),
    _rule(
        "off_platform",
        "Paying or arranging the work outside the site takes away the student's protection and is not allowed.",
        r"(?:pay(?:ment|ing)?|paid|invoice|transfer) (?:\w+ ){0,3}(?:via|by|through|in|with|using) "
        r"(?:paypal|venmo|cash ?app|zelle|wise|western union|bitcoin|crypto\w*|gift ?cards?|cash|bank transfer)\b",
        r"(?:paypal|venmo|cash ?app|zelle|western union)\b",
        r"outside (?:of )?(?:the|this) (?:site|platform|marketplace)\b",
        r"(?:registration|training|application|starter|admin) fee\b",
        r"(?:buy|purchase) (?:your own|a) (?:starter|training) (?:kit|pack)\b",
    ),
    _rule(
        "contact_details",
        "Contact details belong in the workspace after an offer, not in a public post.",
        r"(?:whats ?app|telegram|signal|wechat|discord|skype)\b(?: (?:us|me|group|number|at|on))",
        r"(?:call|text|phone|dm|e-?mail) (?:us|me)\b",
        r"contact (?:us|me) (?:at|on|via|by|through)\b",
        r"apply (?:at|via|through|by|on) (?:our|the) (?:web ?site|portal|e-?mail|form|link)\b",
        r"send (?:your )?(?:cv|r[eé]sum[eé]|application|portfolio) to\b",
    ),
    _rule(
        "personal_facts",
        "Selection is blind: do not ask for a résumé, grades, a school, age, gender, nationality or a photo.",
        r"(?:gpa|grade point average)\b",
        r"(?:attach|send|include|submit|provide) (?:\w+ ){0,3}(?:cv|r[eé]sum[eé]|transcripts?|photo|headshot)\b",
        r"(?:male|female|men|women|native english speakers?) only\b",
        r"(?:under|over|below|above) (?:the age of )?\d\d years? (?:old|of age)\b",
        r"(?:ivy league|top[ -]tier|target) (?:school|universit(?:y|ies)|college)s?\b",
        r"(?:young|youthful) (?:and energetic|candidate|person|team member)\b",
    ),
]
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
PHONE = re.compile(r"(?<![\w.,/-])\+?\(?\d[\d ().-]{7,16}\d(?![\w%/])")
NEGATION = re.compile(
    r"\b(?:no|not|never|without|nor|n't|don't|isn't|instead of|rather than)\s+(?:\w+\s+){0,4}$", re.IGNORECASE
)
CONTACT = next(rule for rule in RULES if rule.code == "contact_details")


def lint_text(text, where=""):
    """The flags of one text, at most one per rule, in the order of RULES."""
    found = []
    for rule in RULES:
        excerpt = _first(rule.pattern, text)
        if not excerpt and rule is CONTACT:
            excerpt = _contact(text)
        if excerpt:
            found.append(Flag(rule.code, rule.message, where, excerpt))
    return found


def lint_project(project):
    """The flags of everything the employer wrote; one per rule and section."""
    texts = {
        "outcome": [project.title, project.brief],
        "deliverable": [project.deliverable, *(criterion.text for criterion in project.criteria.all())],
        "competencies": [competency.evidence_asked for competency in project.competencies.all()],
        "rubric": [text for row in project.competencies.all() for text in (*row.rubric, row.good_evidence)],
        "pay": [project.place],
    }
    return [flag for where, parts in texts.items() for flag in lint_text("\n".join(parts), where)]


def _first(pattern, text):
    """The first match that is not negated just before, or ""."""
    for match in pattern.finditer(text):
        if not NEGATION.search(text[max(0, match.start() - 40) : match.start()]):
            return match[0]
    return ""


def _contact(text):
    """An e-mail address or a telephone number (7 to 15 digits, as E.164 allows; a date or a range is shorter)."""
    if match := EMAIL.search(text):
        return match[0]
    for match in PHONE.finditer(text):
        digits = sum(character.isdigit() for character in match[0])
        if 9 <= digits <= 15:
            return match[0].strip()
    return ""
