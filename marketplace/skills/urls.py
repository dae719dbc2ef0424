from django.urls import path

from marketplace.skills import views

app_name = "skills"
urlpatterns = [
    path("typeahead/", views.typeahead, name="typeahead"),
    path("suggest/", views.suggest, name="suggest"),
]
