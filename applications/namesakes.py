"""Does a text seem to name its writer, or their school? A hint to the student before sending; nothing is refused."""

import re

from marketplace.links.actions import previews_of

SHORTEST = 3
READ = ("title", "statement", "proves", "team", "ai_used_for", "text")  # what assessors read on the page
PROVIDERS = {  # of e-mail for everybody: their name tells nothing about a person
    "aol", "fastmail", "gmail", "gmx", "googlemail", "hey", "hotmail", "icloud", "live", "mac", "mail", "msn",
    "naver", "outlook", "posteo", "proton", "protonmail", "qq", "rediffmail", "tutanota", "web", "yahoo", "yandex",
    "ymail", "zoho",
}  # fmt: skip
NOT_A_SCHOOL = {  # in the address of a school, but not its name
    "alum", "alumni", "campus", "email", "example", "people", "staff", "stu", "stud", "student", "students", "uni",
    "univ",
}  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+", re.UNICODE)
_NAME = r"[A-ZÀ-ÖØ-Þ][\w'’-]{1,40}"  # a word with a capital: names of schools have no others but "of" and the like
_NAMES = rf"{_NAME}(?:(?:,? |,? (?:of|and|at|the|de|del|di|da|la|für|zu) ){_NAME}){{0,3}}"
_BEFORE = rf"(?:(?!(?:The|A|An|My|Our|Your|Their|This|Each|Every|At|In|For|From|And|I)\b){_NAME}\.? ){{1,4}}"
_SCHOOL = re.compile(
    r"\b(?:Universit(?:y|é|à|ät|eit|et)|Universidade?|College|Institute|School|Academy|Hochschule|Politecnico)"
    rf" (?:of|de|del|di|da|für|zu)(?: the| la)? {_NAMES}"
    rf"|\b{_BEFORE}(?:University|College|Polytechnic|Institute of Technology|High School|Business School|Law School)\b"
    rf"|\b(?:{_NAME} )?(?:Universität|Hochschule|Université|Politecnico|École|IIT|ETH) {_NAME}"
    r"|\b(?i:[a-z0-9-]{1,63}\.(?:edu|ac)(?:\.[a-z]{2})?)\b(?!\.\w)"
)


def names_of(student):
    """The words that would give the student away, in lower case: of their names and their e-mail address."""
    sources = [student.display_name, student.user.name, student.user.email.split("@")[0], student.slug]
    return {word.lower() for text in sources for word in _WORD.findall(text) if len(word) >= SHORTEST}


def school_of(email):
    """The words of the address behind the @, in lower case; none of a common provider's."""
    labels = email.lower().rpartition("@")[2].split(".")[:-1]
    if labels[-1:] in (["co"], ["com"], ["ac"], ["edu"]):
        labels.pop()
    if not labels or labels[-1] in PROVIDERS:
        return set()
    words = {"".join(word for word in _WORD.findall(label) if word not in NOT_A_SCHOOL) for label in labels}
    return {word for word in words - PROVIDERS if len(word) >= SHORTEST}


def found_in(text, names):
    """The given names that occur as words of `text`, in order; a name inside a longer word does not count.

    Two or three words that together spell a name do: "northfieldcollege" is found in "Northfield College".
    """
    words = [word.lower() for word in _WORD.findall(text or "")]
    runs = ["".join(words[start : start + size]) for start in range(len(words)) for size in (1, 2, 3)]
    return sorted(names & set(runs), key=runs.index)


def schools_in(text):
    """What reads like the name or the address of a school, as it is written."""
    return list(dict.fromkeys(match.group() for match in _SCHOOL.finditer(text or "")))


def given_away(text, words):
    """The words found in `text`, and the schools it names."""
    schools = schools_in(text)
    spelled = " ".join(schools)
    return [word for word in found_in(text, words) if not found_in(spelled, {word})] + schools


def hints(application, answers):
    """[(what, found words)] for each part of a draft that seems to tell who wrote it or where they study."""
    student = application.student
    words = names_of(student) | school_of(student.user.email)
    parts = [("Your approach", application.approach), ("Your note on availability", application.availability_note)]
    previews = previews_of([answer.url for answer in answers])
    for answer in answers:
        read = "\n".join(getattr(answer, field) for field in READ)
        parts.append((f"The evidence for {answer.competency.skill}", read))
        parts.append((f"The link for {answer.competency.skill}", answer.url))
        page = previews.get(answer.url)
        parts.append(
            (
                f"The page behind the link for {answer.competency.skill}",
                f"{page.title} {page.description}".strip() if page else "",
            )
        )
    named = [(what, given_away(text, words)) for what, text in parts]
    return [(what, found) for what, found in named if found]
