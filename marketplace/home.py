"""Home: what to do next, what is in progress, what fits."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import render

from marketplace.clock import now


@login_required
def home(request):
    """The signed-in person's start page."""
    return render(request, "home/home.html", {"at": now()})
