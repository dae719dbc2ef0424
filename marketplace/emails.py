"""E-mails that are not Notifications: three templates, `<name>_subject.txt`, `<name>.txt`, `<name>.html`."""

from css_inline import CSSInliner
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

INLINER = CSSInliner(load_remote_stylesheets=False, keep_style_tags=True, keep_at_rules=True)


def send_template(name, *, to, context):
    """Render and send one message, text with HTML beside it. Raises what the e-mail backend raises."""
    context = {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL, **context}
    subject = " ".join(render_to_string(f"{name}_subject.txt", context).split())
    message = EmailMultiAlternatives(subject, render_to_string(f"{name}.txt", context), to=[to])
    message.attach_alternative(INLINER.inline(render_to_string(f"{name}.html", context)), "text/html")
    message.send()
