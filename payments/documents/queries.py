"""Reads of documents: an organization's list with its search, and what belongs to one engagement."""

from django.db.models import Q

from payments.documents.models import Document

PAGE = 20


def found_in(documents, words):
    """Those whose number or project title contains all of the words; newest first."""
    for word in words.split():
        documents = documents.filter(Q(reference__icontains=word) | Q(project_title__icontains=word))
    return documents.order_by("-pk")


def page_after(documents, code):
    """(PAGE documents, newest first, after the one with this code; the last one's code if there are more)."""
    last = documents.filter(code=code).values_list("pk", flat=True).first() if code else None
    if last is not None:
        documents = documents.filter(pk__lt=last)
    found = list(documents[: PAGE + 1])
    return found[:PAGE], (found[PAGE - 1].code if len(found) > PAGE else "")


def documents_about(engagement, *, student):
    """The documents of one engagement that this side reads, oldest first."""
    about = Document.objects.filter(engagement=engagement).order_by("pk")
    return about.exclude(student=None) if student else about.exclude(organization=None)
