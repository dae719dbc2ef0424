"""Pages that explain."""

from django.shortcuts import render


def landing(request):
    return render(request, "pages/landing.html")


def how_it_works_students(request):
    return render(request, "pages/how_it_works_students.html")


def how_it_works_employers(request):
    return render(request, "pages/how_it_works_employers.html")


def about(request):
    return render(request, "pages/about.html")


def terms(request):
    return render(request, "pages/terms.html")


def privacy(request):
    return render(request, "pages/privacy.html")
