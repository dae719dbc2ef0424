"""Admin classes that change nothing by themselves, and the page that asks for the reason of a decision."""

from typing import NamedTuple

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import path, reverse

from marketplace.clock import now
from marketplace.errors import DomainError
from marketplace.moderation import queries, rules
from marketplace.moderation.forms import ReasonForm
from marketplace.read_only import ReadOnly
from projects.views.posted import posted

LIMIT = 100  # things decided on at once
FROM_QUEUE = "&from=queue"


def came_from_queue(request):
    """Whoever works through the staff queue goes back to it after a decision."""
    return request.GET.get("from") == "queue"


class Verb(NamedTuple):
    """One decision: the button's words, the action, the name of its argument, and when it makes sense."""

    label: str
    run: object
    argument: str
    applies: object  # function of the object
    explain: str
    done: str  # "was opened"


def empty_filter(field, about, filled, empty):
    """A filter of a list by whether `field` has a value, in words."""

    class Found(admin.SimpleListFilter):
        title = about
        parameter_name = f"has_{field}"

        def lookups(self, request, model_admin):
            return [("yes", filled), ("no", empty)]

        def queryset(self, request, queryset):
            return queryset.filter(**{f"{field}__isnull": self.value() == "no"}) if self.value() else queryset

    return Found


class ReadOnlyAdmin(ReadOnly, admin.ModelAdmin):
    """Moderators look; nobody adds, edits or deletes here."""

    list_per_page = 50

    def has_module_permission(self, request):
        return rules.may_moderate(request.user)

    def has_view_permission(self, request, obj=None):
        return rules.may_moderate(request.user)


class DecidingAdmin(ReadOnlyAdmin):
    """`verbs` become actions of the list and buttons of each object; both lead to one page that wants a reason."""

    verbs = {}
    change_form_template = "moderation/change_form.html"

    def get_actions(self, request):
        return {name: (self._to_page(name), name, verb.label) for name, verb in self.verbs.items()}

    def _to_page(self, name):
        def act(_modeladmin, _request, queryset):
            ids = ",".join(str(pk) for pk in queryset.values_list("pk", flat=True)[:LIMIT])
            return redirect(f"{self._page(name)}?ids={ids}")

        return act

    def _page(self, name):
        return reverse(f"admin:{self._name()}_decide", args=[name])

    def _name(self):
        return f"{self.opts.app_label}_{self.opts.model_name}"

    def get_urls(self):
        view = self.admin_site.admin_view(self.decide)
        return [path("decide/<slug:verb>/", view, name=f"{self._name()}_decide"), *super().get_urls()]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        found = self.get_object(request, object_id)
        buttons = [
            (verb.label, f"{self._page(name)}?ids={found.pk}{FROM_QUEUE if came_from_queue(request) else ''}")
            for name, verb in self.verbs.items()
            if found is not None and verb.applies(found)
        ]
        return super().change_view(request, object_id, form_url, {"decisions": buttons} | (extra_context or {}))

    def decide(self, request, verb):
        """Ask for the reason, then run the action on each; what cannot be done is said, the rest goes through."""
        if verb not in self.verbs:
            raise Http404("No such decision.")
        chosen = self.verbs[verb]
        subjects = self._chosen(request)
        if not all(rules.may_decide(request.user, subject) for subject in subjects):
            raise PermissionDenied("You cannot decide in a case of your own organization.")
        form = ReasonForm(posted(request))
        if request.method == "POST" and form.is_valid():
            self._run(request, chosen, subjects, form.cleaned_data["reason"])
            return redirect("moderation:queue" if came_from_queue(request) else f"admin:{self._name()}_changelist")
        context = self.admin_site.each_context(request) | {
            "title": chosen.label.rstrip("…"), "verb": chosen, "form": form, "subjects": subjects, "opts": self.opts,
            "came_from_queue": came_from_queue(request),
        }  # fmt: skip
        return render(request, "moderation/decide.html", context, status=422 if form.errors else 200)

    def _chosen(self, request):
        ids = [pk for pk in request.GET.get("ids", "").split(",") if pk.isdecimal()][:LIMIT]
        subjects = list(self.get_queryset(request).filter(pk__in=ids).order_by("pk"))
        if not subjects:
            raise Http404("Nothing was chosen.")
        return subjects

    def _run(self, request, verb, subjects, reason):
        for subject in subjects:
            before = queries.last_decision(subject)
            try:
                verb.run(**{verb.argument: subject}, by=request.user, reason=reason, at=now())
            except DomainError as error:
                messages.error(request, f"{subject}: {error.message}")
            else:
                self._say(request, verb, subject, before)

    def _say(self, request, verb, subject, before):
        last = queries.last_decision(subject)
        if last != before:
            messages.success(request, f"“{subject}” {verb.done}. Your reason is in the audit log.")
            return
        kept = ""
        if last is not None:
            by = "you" if last.moderator == request.user else last.moderator
            kept = f" The reason that was given is kept, by {by}: “{last.reason}”"
        messages.warning(request, f"“{subject}” {verb.done} before, so nothing changed.{kept}")
