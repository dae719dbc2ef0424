"""Searches that a student saved, and telling them what they find."""

from datetime import timedelta

from django.db import DatabaseError, connection, transaction
from django.db.models import Min

from marketplace.accounts.models import Student
from marketplace.db import lock
from marketplace.errors import LimitReached
from marketplace.sweeps import one_by_one
from projects import notices
from projects.models import Project, SavedSearch
from projects.search.saved import UNWANTED, new_in

AT_MOST = 50  # saved searches of one student
EVERY = {SavedSearch.Pace.DAILY: timedelta(days=1), SavedSearch.Pace.WEEKLY: timedelta(days=7)}
SHOWN = 10  # new projects in one e-mail
BATCH = 50
LAG = timedelta(minutes=2)  # a project has its hour of opening before it is committed: a look leaves the last ones out
LATER = timedelta(hours=1)  # a search that failed is looked at again then, and keeps no other from its turn

# A listing fits a search as the page would have it (statement.where): its words, and one token of each group. Looked at
# are those that share a key with it (migration 0017), its text read once. Who gets an e-mail at once because it fits
# their evidence needs no second one; who chose none of those, or a digest, does.
FITTING = """
WITH listing AS MATERIALIZED (
    SELECT project_id, organization_id, opened_at, tokens, document || ''::tsvector AS document,
           projects_listing_keys(tokens, document) AS keys
    FROM projects_listing WHERE project_id = %(project)s
)
SELECT s.id FROM projects_savedsearch s CROSS JOIN listing l
JOIN accounts_student t ON t.id = s.student_id JOIN accounts_user u ON u.id = t.user_id
WHERE s.pace = 'instant' AND s.keys && (SELECT keys FROM listing)
  AND s.told_until < l.opened_at AND u.is_active AND u.suspended_at IS NULL
  AND NOT EXISTS (SELECT FROM jsonb_each(s.tokens) one
                  WHERE NOT l.tokens && ARRAY(SELECT jsonb_array_elements_text(one.value)::int))
  AND (s.text = '' OR l.document @@ websearch_to_tsquery('english', s.text))
  UNWANTED
  AND NOT EXISTS (SELECT FROM notifications_notification n WHERE n.recipient_id = u.id AND n.key = %(told)s
                  AND NOT n.in_digest AND (n.email_due_at IS NOT NULL OR n.emailed_at IS NOT NULL))
ORDER BY s.id
""".replace("UNWANTED", UNWANTED.format(student="s.student_id"))


@transaction.atomic
def save_search(*, student, filters, query, name, pace, at):
    """Keep a search; the same one again changes its name and pace.

    Raises LimitReached after AT_MOST, and for one whose address is longer than is kept.
    """
    if len(query) > SavedSearch._meta.get_field("query").max_length:
        raise LimitReached("This search is too long to be saved. Use fewer words or filters.")
    lock(Student, student.pk)
    found = SavedSearch.objects.filter(student=student, query=query).first()
    if found is None and SavedSearch.objects.filter(student=student).count() >= AT_MOST:
        raise LimitReached(f"You have {AT_MOST} saved searches. Delete one that you no longer need.")
    search = found or SavedSearch(student=student, query=query, created_at=at, told_until=at)
    search.text, search.tokens = filters.q, filters.tokens()
    return _set(search, name=name, pace=pace, at=at)


@transaction.atomic
def change_search(*, search, name, pace, at):
    return _set(lock(SavedSearch, search.pk), name=name, pace=pace, at=at)


def delete_search(*, search):
    """Deleting twice is harmless."""
    SavedSearch.objects.filter(pk=search.pk).delete()


def _set(search, *, name, pace, at):
    search.name = name
    if search.pk is not None and search.pace != pace:
        change_pace(search, pace, at)
    if search.pk is None or search.pace != pace:
        search.due_at = at + EVERY[pace] if pace in EVERY else None
    search.pace = pace
    search.save()
    return search


def change_pace(search, pace, at):
    """On the way to another pace nothing is lost, and what was told at once is in no later e-mail.

    What opened while a search was off is not told of afterwards.
    """
    if search.pace == SavedSearch.Pace.OFF:
        search.told_until = at
    elif SavedSearch.Pace.INSTANT in (search.pace, pace):
        if pace == SavedSearch.Pace.INSTANT:
            look(search, until=at, at=at)
        search.told_until = max(search.told_until, told_at_once(at))


def told_at_once(at):
    """The moment up to which whoever wants to hear at once was told of all that opened."""
    waiting = Project.objects.open().filter(searched_at=None).aggregate(first=Min("opened_at"))["first"]
    return min(at - LAG, waiting - timedelta(microseconds=1) if waiting else at)


@transaction.atomic
def tell_searches(project, at):
    """Tell of an open project whoever saved a search that it fits, once; in one transaction with the mark."""
    project = lock(Project, project.pk)
    if not project.accepts_applications(at) or project.searched_at is not None:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(FITTING, {"project": project.pk, "told": notices.match_key(project)})
        ids = [pk for (pk,) in cursor]
    searches = {}  # one notice a person, whichever of their searches found it
    for search in SavedSearch.objects.filter(pk__in=ids).select_related("student__user").order_by("pk"):
        searches.setdefault(search.student.user, search)
    if searches:
        notices.search_found(project, searches, at=at)
    project.searched_at = at
    project.save(update_fields=["searched_at"])
    return len(searches)


def run_due_searches(*, at):
    """Look once for each daily or weekly search that is due. Returns how many; call it until there are none."""
    due = SavedSearch.objects.filter(due_at__lte=at).order_by("due_at", "pk").values_list("pk", flat=True)[:BATCH]
    return sum(one_by_one(list(due), lambda pk: run_or_put_off(pk, at=at)))


def run_or_put_off(pk, *, at):
    """As run_search; one that fails is put off, and tells later what it would have told now."""
    try:
        return run_search(pk, at=at)
    except DatabaseError:
        SavedSearch.objects.filter(pk=pk, due_at__lte=at).update(due_at=at + LATER)
        raise


@transaction.atomic
def run_search(pk, *, at):
    """Tell what opened since the last look, and note when the next is due; False when somebody else just did."""
    rows = SavedSearch.objects.filter(pk=pk, due_at__lte=at).select_related("student__user")
    search = rows.select_for_update(skip_locked=True, of=("self",)).first()
    if search is None:
        return False
    look(search, until=at - LAG, at=at)
    search.told_until, search.due_at = max(search.told_until, at - LAG), at + EVERY[search.pace]
    search.save(update_fields=["told_until", "due_at"])
    return True


def look(search, *, until, at):
    """Tell what opened since the last look, up to `until`."""
    found = new_in(search, until=until, at=at, size=SHOWN + 1)
    if found and search.student.user.suspended_at is None:
        notices.search_digest(search, found[:SHOWN], more=len(found) > SHOWN, at=at)
