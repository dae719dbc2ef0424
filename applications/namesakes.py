"""Does a text seem to name its writer? A hint to the student before sending; nothing is refused."""

import re

SHORTEST = 3
READ = ("title", "statement", "proves", "team", "ai_used_for", "text")  # what assessors read on the page
_WORD = re.compile(r"[^\W\d_]+", re.UNICODE)


def names_of(student):
    """The words that would give the student away, in lower case: of their names and their e-mail address."""
    sources = [student.display_name, student.user.name, student.user.email.split("@")[0], student.slug]
    return {word.lower() for text in sources for word in _WORD.findall(text) if len(word) >= SHORTEST}


def found_in(text, names):
    """The given names that occur as words of `text`, in order; a name inside a longer word does not count."""
    words = [word.lower() for word in _WORD.findall(text or "")]
    return sorted(names & set(words), key=words.index)


def hints(application, answers):
    """[(what, found names)] for each part of a draft that seems to tell who wrote it."""
    names = names_of(application.student)
    parts = [("Your approach", application.approach), ("Your note on availability", application.availability_note)]
    for answer in answers:
        read = " ".join(getattr(answer, field) for field in READ)
        parts.append((f"The evidence for {answer.competency.skill}", read))
        parts.append((f"The link for {answer.competency.skill}", answer.url))
    named = [(what, found_in(text, names)) for what, text in parts]
    return [(what, found) for what, found in named if found]
