"""Django forms drawn with our field component: `{{ form }}`, `{{ field.as_field_group }}`, allauth's pages too."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Set as FORM_RENDERER; needs `django.forms` among the installed apps for the widgets' own templates."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"


def error_links(forms):
    """`[{href, text}]` for an error summary: every error of every form, in the order of the fields on the page.

    A field that several rows have says in `summary_label` which row it is of.
    """
    links = []
    for form in forms:
        links += [{"href": "", "text": text} for text in form.non_field_errors()]
        for field in form:
            label = str(getattr(field.field, "summary_label", field.label))
            about = label if label.endswith("?") else f"{label}:"
            links += [{"href": f"#{field_target(field)}", "text": f"{about} {text}"} for text in field.errors]
    return links


def field_target(field):
    """The id that a link to this field must name: for a group of options, its first option."""
    return f"{field.auto_id}_0" if field.use_fieldset else field.id_for_label
