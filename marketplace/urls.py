"""Every route. `tests/test_access.py` holds a row for each."""

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from marketplace import crawlers, finding, health, home, organizations, pages, previews, stylesheet, topics
from marketplace.notifications.views import mail_reports

admin.site.site_header = admin.site.site_title = f"{settings.SITE_NAME} moderation"
admin.site.login = secure_admin_login(admin.site.login)  # one way in: the second step holds for moderators too

urlpatterns = [
    path("", pages.landing, name="landing"),
    path("home/", home.home, name="home"),
    path("find/", finding.find, name="find"),
    path("how-it-works/students/", pages.how_it_works_students, name="how_it_works_students"),
    path("how-it-works/employers/", pages.how_it_works_employers, name="how_it_works_employers"),
    path("about/", pages.about, name="about"),
    path("terms/", pages.terms, name="terms"),
    path("privacy/", pages.privacy, name="privacy"),
    path("assets/site-<slug:digest>.css", stylesheet.view, name="stylesheet"),
    path("organizations/<slug:slug>/", organizations.organization, name="organization"),
    path("picture.png", previews.site, name="picture"),
    path("projects/<slug:code>/picture.png", previews.project, name="project_picture"),
    path("organizations/<slug:slug>/picture.png", previews.organization, name="organization_picture"),
    path("p/<slug:slug>/<slug:code>/picture.png", previews.case, name="case_picture"),
    path("robots.txt", crawlers.robots, name="robots"),
    path("sitemap.xml", crawlers.sitemaps, name="sitemaps"),
    path("sitemap-<slug:kind>-<int:number>.xml", crawlers.sitemap, name="sitemap"),
    path("healthz", health.healthz, name="healthz"),
    path("accounts/", include("allauth.urls")),
    path("account/", include("marketplace.accounts.urls")),
    path("notifications/", include("marketplace.notifications.urls")),
    path("webhooks/mail/", mail_reports, name="mail_reports"),
    path("skills/", topics.topics, name="topics"),
    path("skills/", include("marketplace.skills.urls")),
    path("skills/<slug:slug>/", topics.skill, name="skill"),
    path("fields/<slug:slug>/", topics.field, name="field"),
    path("reports/", include("marketplace.moderation.urls")),
    path("projects/", include("projects.urls")),
    path("applications/", include("applications.urls")),
    path("engagements/", include("engagements.urls")),
    path("payments/", include("payments.urls")),
    path("webhooks/stripe/", include("payments.webhook_urls")),
    path("", include("portfolio.urls")),
    path("api/", include("marketplace.api_urls")),
    path("admin/", admin.site.urls),
]
if settings.LOCAL:
    urlpatterns.append(path("dev/styleguide/", pages.styleguide, name="styleguide"))
    urlpatterns.append(path("dev/", include("marketplace.local.urls")))

handler400 = "marketplace.errors.bad_request"
handler403 = "marketplace.errors.forbidden"
handler404 = "marketplace.errors.not_found"
handler500 = "marketplace.errors.server_error"
