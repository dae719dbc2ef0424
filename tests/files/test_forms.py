"""The upload field: an invalid file is an error of its field."""

from django import forms
from django.utils.datastructures import MultiValueDict

from marketplace.files.forms import UploadField, UploadsField
from marketplace.files.kinds import DELIVERY
from tests.files import samples


class OneFile(forms.Form):
    file = UploadField(required=False)


class SeveralFiles(forms.Form):
    files = UploadsField(allowed=DELIVERY, most=2, required=False)


def several(*uploads):
    return SeveralFiles({}, MultiValueDict({"files": list(uploads)}))


def test_a_good_file_cleans_to_what_is_stored():
    form = OneFile({}, {"file": samples.upload("a.pdf", samples.pdf())})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["file"].name == "a.pdf"


def test_no_file_is_none_where_it_is_optional():
    form = OneFile({}, {})
    assert form.is_valid()
    assert form.cleaned_data["file"] is None


def test_a_bad_file_is_an_error_of_the_field():
    form = OneFile({}, {"file": samples.upload("a.pdf", b"")})
    assert form.errors == {"file": ["“a.pdf” is empty. Save it again and look at its size before you add it."]}


def test_the_field_tells_what_it_takes():
    field = OneFile()["file"]
    assert field.help_text == "PDF, PNG, JPG, WEBP, HEIC, DOCX, XLSX, PPTX, CSV, TXT, MD. Up to 25 MB."
    assert field.field.widget.attrs["accept"].startswith(".pdf,.png,.jpg,")
    assert field.field.widget.attrs["accept"].endswith(".jpeg,.jpe,.heif,.markdown")


def test_several_files_clean_to_a_list():
    form = several(samples.upload("a.pdf", samples.pdf()), samples.upload("b.zip", samples.archive({"a": "b"})))
    assert form.is_valid(), form.errors
    assert [checked.name for checked in form.cleaned_data["files"]] == ["a.pdf", "b.zip"]
    assert several().is_valid()


def test_too_many_files_are_refused_with_the_limit():
    form = several(*[samples.upload("a.txt", b"words") for _ in range(3)])
    assert form.errors == {"files": ["Choose at most 2 files at a time; you chose 3."]}
