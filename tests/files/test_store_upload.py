"""What is kept of an upload, and what is refused before anything is kept."""

import io
import zipfile

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from marketplace.errors import DomainError
from marketplace.files.actions import store_upload
from marketplace.files.kinds import DELIVERY, EVIDENCE, MESSAGE
from marketplace.files.models import StoredFile
from tests.factories import NOW
from tests.files import samples

pytestmark = pytest.mark.django_db


def store(user, name, data, allowed=EVIDENCE):
    return store_upload(upload=samples.upload(name, data), owner=user, allowed=allowed, at=NOW)


def content(stored):
    with stored.content.open("rb") as opened:
        return opened.read()


def kept_files():
    return default_storage.listdir("files")[0] if default_storage.exists("files") else []


def test_a_stored_file_has_a_random_name_and_says_what_it_is(student):
    stored = store(student, "My CV Robin Quist.pdf", samples.pdf())
    assert (stored.state, stored.extension, stored.content_type) == ("ready", ".pdf", "application/pdf")
    assert (stored.original_name, stored.owner, stored.created_at) == ("My CV Robin Quist.pdf", student, NOW)
    assert "Robin" not in stored.content.name
    assert stored.size == len(content(stored))
    assert len(stored.sha256) == 64


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("a.JPG", samples.jpeg),
        ("a.jpeg", samples.jpeg),
        ("a.png", samples.png),
        ("a.webp", samples.webp),
        ("a.heic", samples.heic),
    ],
)
def test_an_image_as_evidence_is_drawn_again_without_its_metadata(student, name, make):
    original = make()
    assert samples.NAME.encode() in original
    stored = store(student, name, original)
    assert samples.NAME.encode() not in content(stored)
    assert stored.is_reencoded is True
    with Image.open(io.BytesIO(content(stored))) as drawn:
        assert dict(drawn.getexif()) == {}


def test_a_photograph_taken_sideways_ends_upright(student):
    stored = store(student, "photo.jpg", samples.jpeg(size=(120, 80), orientation=6))
    with Image.open(io.BytesIO(content(stored))) as drawn:
        assert drawn.size == (80, 120)


def test_a_photograph_of_an_iphone_is_kept_as_evidence_in_a_form_that_every_browser_shows(student):
    stored = store(student, "IMG_0042.HEIC", samples.heic())
    assert (stored.original_name, stored.extension, stored.content_type) == ("IMG_0042.jpg", ".jpg", "image/jpeg")
    with Image.open(io.BytesIO(content(stored))) as drawn:
        red, blue = drawn.getpixel((8, 24)), drawn.getpixel((56, 24))
        assert (drawn.format, drawn.size) == ("JPEG", (64, 48))
    assert (red[0] > 150, red[2] < 80, blue[0] < 80, blue[2] > 150) == (True, True, True, True)


@pytest.mark.parametrize("name", ["a.heic", "a.heif"])
def test_a_heic_photo_that_is_work_stays_as_it_is(student, name):
    stored = store(student, name, samples.heic(), DELIVERY)
    assert (content(stored), stored.extension, stored.content_type) == (samples.heic(), ".heic", "image/heic")


def test_a_picture_keeps_its_transparency(student):
    with Image.open(io.BytesIO(content(store(student, "a.png", samples.png())))) as drawn:
        assert drawn.mode == "RGBA"
        assert drawn.getpixel((0, 0)) == (10, 20, 30, 128)


def test_a_pdf_as_evidence_loses_author_and_comment_names_and_keeps_its_words(student):
    original = samples.pdf(pages=2)
    assert original.count(samples.NAME.encode()) == 3
    kept = content(store(student, "report.pdf", original))
    info, words = samples.pdf_words(kept)
    assert words == "Findings"
    assert samples.NAME not in str(info)
    assert samples.NAME.encode() not in kept
    assert samples.NAME.encode("utf-16-be") not in kept


@pytest.mark.parametrize("extension", [".docx", ".xlsx", ".pptx"])
def test_an_office_document_as_evidence_loses_its_properties(student, extension):
    kept = content(store(student, f"work{extension}", samples.office(extension)))
    with zipfile.ZipFile(io.BytesIO(kept)) as opened:
        assert samples.MAIN[extension] in opened.namelist()
        assert [name for name in opened.namelist() if samples.NAME.encode() in opened.read(name)] == []


@pytest.mark.parametrize(
    ("extension", "part", "text"),
    [
        (".docx", "word/comments.xml", f'<w:comment w:author="{samples.NAME}" w:initials="RQ">Fine</w:comment>'),
        (".docx", "word/people.xml", f'<w15:person w15:author="{samples.NAME}"/>'),
        (".xlsx", "xl/comments1.xml", f"<authors><author>{samples.NAME}</author></authors>"),
        (".xlsx", "xl/persons/person.xml", f'<person displayName="{samples.NAME}" userId="{samples.NAME}"/>'),
        (".pptx", "ppt/commentAuthors.xml", f'<p:cmAuthor id="1" name="{samples.NAME}" initials="RQ"/>'),
        (".xlsx", "xl/workbook.xml", f'<workbook><x15ac:absPath url="C:\\Users\\{samples.NAME}\\Work\\"/></workbook>'),
        (
            ".xlsx",
            "xl/externalLinks/_rels/externalLink1.xml.rels",
            f'<Relationship Target="file:///C:\\Users\\{samples.NAME}\\b.xlsx" TargetMode="External"/>',
        ),
        (
            ".docx",
            "word/_rels/settings.xml.rels",
            f'<Relationship Id="rId1" Target="/Users/{samples.NAME}/Normal.dotm" TargetMode="External"/>',
        ),
        (".docx", "docProps/custom.xml", f"<Properties><p>{samples.NAME}</p></Properties>"),
    ],
)
def test_who_commented_or_changed_an_office_document_is_not_kept(student, extension, part, text):
    kept = content(store(student, f"work{extension}", samples.office(extension, {part: text})))
    with zipfile.ZipFile(io.BytesIO(kept)) as opened:
        assert samples.NAME.encode() not in opened.read(part)


@pytest.mark.parametrize("purpose", [MESSAGE, DELIVERY])
@pytest.mark.parametrize(
    ("name", "make"), [("a.jpg", samples.jpeg), ("a.pdf", samples.pdf), ("a.docx", samples.office)]
)
def test_work_that_is_sent_stays_byte_for_byte(student, purpose, name, make):
    data = make()
    stored = store(student, name, data, purpose)
    assert content(stored) == data
    assert stored.is_reencoded is False


def test_a_zip_is_accepted_as_delivery_only(student):
    data = samples.archive({"src/main.py": "print(1)"})
    assert content(store(student, "src.zip", data, DELIVERY)) == data
    with pytest.raises(DomainError) as refused:
        store(student, "src.zip", data, EVIDENCE)
    assert refused.value.message == "ZIP archives are only accepted as deliveries. Send the files one by one."


def test_text_is_kept_as_utf_8_without_its_mark(student):
    assert content(store(student, "table.csv", "\ufeffname,größe\n".encode())) == "name,größe\n".encode()


REFUSED = [
    ("virus.pdf", b"MZ\x90\x00" + b"\0" * 200, "wrong_content",
     "“virus.pdf” is not a PDF inside. Save it again as .pdf."),
    ("page.pdf", samples.jpeg(), "wrong_content", "“page.pdf” is not a PDF inside. Save it again as .pdf."),
    ("empty.pdf", b"", "empty", "“empty.pdf” is empty. Save it again and look at its size before you add it."),
    ("blank.txt", b" \n ", "unreadable", "“blank.txt” holds no text."),
    ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "kind_refused",
     "“a.svg” is of a kind that is not accepted. SVG drawings can carry scripts. Export it as PDF or PNG."),
    ("a.html", b"<!doctype html>", "kind_refused",
     "“a.html” is of a kind that is not accepted. Web pages can carry scripts. Send a link instead, or "
     "print it to PDF."),
    ("a.txt", b"<!doctype html><script>alert(1)</script>", "wrong_content",
     "“a.txt” is not a Text inside. Save it again as .txt."),
    ("a.md", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "wrong_content",
     "“a.md” is not a Markdown text inside. Save it again as .md."),
    ("run.exe", b"MZ", "kind_refused",
     f"“run.exe” is of a kind that is not accepted. Accepted: {EVIDENCE.in_words}."),
    ("noextension", b"words", "kind_refused",
     f"“noextension” is of a kind that is not accepted. Accepted: {EVIDENCE.in_words}."),
    ("photo.heic", samples.jpeg(), "wrong_content",
     "“photo.heic” is not a HEIC photo inside. Save it again as .heic."),
    ("cut.heic", samples.heic()[:400], "unreadable",
     "“cut.heic” cannot be opened as a HEIC photo. Save it again, or take it from the source."),
    ("none.heic", samples.heic()[:32], "unreadable",
     "“none.heic” cannot be opened as a HEIC photo. Save it again, or take it from the source."),
    ("latin.csv", "größe".encode("latin-1"), "unreadable",
     "“latin.csv” is not UTF-8 text. Save it again with the encoding UTF-8."),
    ("binary.txt", b"words\x00words", "unreadable", "“binary.txt” is not a Text inside: it holds binary data."),
    ("cut.png", samples.png()[:60], "unreadable",
     "“cut.png” cannot be opened as a PNG image. Save it again, or take it from the source."),
    ("huge.png", samples.huge_png(), "unreadable",
     "“huge.png” has more than 50 million pixels. Make it smaller and add it again."),
    ("cut.pdf", b"%PDF-1.7\n1 0 obj", "unreadable",
     "“cut.pdf” cannot be opened as a PDF. Export it again from the program that made it."),
    ("secret.pdf", samples.encrypted_pdf(), "unreadable",
     "“secret.pdf” is protected by a password. Save it without one and add it again."),
    ("long.pdf", samples.pdf(pages=200, comment=False), "unreadable",
     "“long.pdf” has 200 pages. The limit is 100: keep the part that shows your work."),
    ("zip.docx", samples.archive({"a.txt": "words"}), "unreadable",
     "“zip.docx” is not a Word document inside. Save it again as .docx."),
    ("sheet.docx", samples.office(".xlsx"), "unreadable",
     "“sheet.docx” is not a Word document inside. Save it again as .docx."),
    ("macro.xlsx", samples.office(".xlsx", {"xl/vbaProject.bin": "x"}), "unreadable",
     "“macro.xlsx” holds macros. Save it without them and add it again."),
    ("broken.docx", samples.office()[:-40], "unreadable",
     "“broken.docx” cannot be unpacked: the file is damaged. Save it again."),
    ("bomb.docx", samples.office(".docx", {"word/media/a.bin": b"\0" * 30_000_000}), "unreadable",
     "“bomb.docx” unpacks to far more than it is. The limit is 250 MB unpacked."),
    ("locked.docx", samples.locked_office(), "unreadable",
     "“locked.docx” is protected by a password. Save it without one and add it again."),
    ("long.txt", b"word " * 2_097_152, "unreadable",
     "“long.txt” holds 10.0 MB of text, more than anybody reads. Keep the part that shows your work, up to 2 MB."),
    ("film.pptx", samples.office(".pptx", {"ppt/media/a.mp3": b"ID3" + samples.NAME.encode()}), "unreadable",
     "“film.pptx” holds a sound, a film or an object (a.mp3) that may tell who made it. Take it out, or link to it."),
    ("out.docx", samples.office(".docx", {"../../etc/passwd": "x"}), "unreadable",
     "“out.docx” holds a file with an unsafe path. Pack the folder again."),
]  # fmt: skip


@pytest.mark.parametrize(("name", "data", "code", "message"), REFUSED, ids=[row[0] for row in REFUSED])
def test_a_refused_file_says_why_and_leaves_nothing(student, name, data, code, message):
    with pytest.raises(DomainError) as refused:
        store(student, name, data)
    assert (refused.value.code, refused.value.field) == (code, "file")
    assert refused.value.message == message
    assert StoredFile.objects.count() == 0
    assert kept_files() == []


@pytest.mark.parametrize("data", [samples.archive({"a": b"\0" * 30_000_000}), samples.lying_archive()])
def test_a_zip_bomb_is_refused_whatever_its_table_says(student, data):
    with pytest.raises(DomainError) as refused:
        store(student, "bomb.zip", data, DELIVERY)
    assert refused.value.code == "unreadable"
    assert StoredFile.objects.count() == 0


def test_an_oversized_file_is_refused_with_the_limit(student, settings):
    settings.FILE_MAX_BYTES = 1024 * 1024
    with pytest.raises(DomainError) as refused:
        store(student, "big.txt", b"x" * (2 * 1024 * 1024))
    assert refused.value.message == "“big.txt” is 2.0 MB. The limit is 1 MB."
    assert StoredFile.objects.count() == 0


def test_a_bomb_folded_into_archives_is_refused(student):
    part = samples.archive({f"{number}.bin": b"\0" * 4_900_000 for number in range(1)})
    folded = samples.archive({f"{number}.zip": part for number in range(60)})
    with pytest.raises(DomainError) as refused:
        store(student, "folded.zip", folded, DELIVERY)
    assert refused.value.message == "“folded.zip” unpacks to far more than it is. The limit is 250 MB unpacked."
    deep = samples.archive({"a.txt": "x"})
    for _ in range(3):
        deep = samples.archive({"inner.zip": deep})
    with pytest.raises(DomainError) as refused:
        store(student, "deep.zip", deep, DELIVERY)
    assert "archives within archives" in refused.value.message


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (samples.pdf_with_script, "runs a script when it is opened. Print it to a new PDF and add that."),
        (samples.pdf_with_attachment, "has other files attached inside. Take them out and add them one by one."),
    ],
)
def test_a_pdf_that_does_more_than_show_pages_is_no_delivery_and_harmless_as_evidence(student, make, why):
    with pytest.raises(DomainError) as refused:
        store(student, "a.pdf", make(), DELIVERY)
    assert refused.value.message == f"“a.pdf” {why}"
    kept = content(store(student, "a.pdf", make()))
    assert [word for word in (b"app.alert", b"EmbeddedFile", samples.NAME.encode()) if word in kept] == []


def test_photographs_inside_documents_lose_what_describes_them(student):
    photo = samples.jpeg(size=(40, 30))
    assert b"Exif" in photo
    for name, data in [
        ("a.pdf", samples.pdf_with_photo(photo)),
        ("a.docx", samples.office(".docx", {"word/media/a.jpg": photo, "word/media/b.png": samples.png()})),
        (
            "a.pptx",
            samples.office(".pptx", {"ppt/embeddings/a.xlsx": samples.office(".xlsx", {"xl/media/a.jpg": photo})}),
        ),
    ]:
        kept = content(store(student, name, data))
        flat = kept if name == "a.pdf" else samples.unpacked(kept)
        if name == "a.pptx":
            with zipfile.ZipFile(io.BytesIO(kept)) as outer:
                flat = samples.unpacked(outer.read("ppt/embeddings/a.xlsx"))
        assert samples.NAME.encode() not in flat, name
        assert b"\xff\xd8" in flat or name == "a.pptx"
