"""Routes: one address per thing, one POST per verb."""

from django.urls import path

from engagements import views

app_name = "engagements"
urlpatterns = [
    path("", views.mine, name="mine"),
    path("<slug:code>/", views.workspace, name="workspace"),
    path("<slug:code>/kickoff/", views.kickoff, name="kickoff"),
    path("<slug:code>/message/", views.message, name="message"),
    path("<slug:code>/deliver/", views.deliver, name="deliver"),
    path("<slug:code>/deliveries/<int:version>/", views.delivery, name="delivery"),
    path("<slug:code>/deliveries/<int:version>/changes/", views.request_changes, name="request_changes"),
    path("<slug:code>/extend-review/", views.extend_review, name="extend_review"),
    path("<slug:code>/review/", views.review, name="review"),
    path("<slug:code>/dispute/", views.dispute, name="dispute"),
    path("<slug:code>/change-orders/new/", views.propose_change_order, name="propose_change_order"),
    path("<slug:code>/change-orders/<slug:order_code>/", views.change_order, name="change_order"),
    path("<slug:code>/change-orders/<slug:order_code>/accept/", views.accept_change_order, name="accept_change_order"),
    path("<slug:code>/change-orders/<slug:order_code>/refuse/", views.refuse_change_order, name="refuse_change_order"),
    path(
        "<slug:code>/change-orders/<slug:order_code>/withdraw/",
        views.withdraw_change_order,
        name="withdraw_change_order",
    ),
    path("<slug:code>/files/<slug:file_code>/", views.file, name="file"),
]
