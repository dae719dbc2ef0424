"""Images: drawn again from their pixels, so that neither EXIF nor anything behind the picture survives."""

import io
import warnings

import pi_heif
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from marketplace.files.errors import CannotOpen
from marketplace.files.kinds import DRAWN_AS, KINDS

pi_heif.register_heif_opener(thumbnails=False)
FORMATS = {".png": "PNG", ".jpg": "JPEG", ".webp": "WEBP", ".heic": "HEIF"}
MAX_PIXELS = 50_000_000  # 8,000 × 6,250: more than a phone's camera, less than what fills the memory
MAX_SIDE = 4_096
QUALITY = 88
_TOO_LARGE = f"has more than {MAX_PIXELS // 1_000_000} million pixels. Make it smaller and add it again."
_BROKEN = (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, IndexError, RuntimeError)


def open_image(data, *, kind, anonymous):
    """(bytes, drawn again or not). The pixels are read in every case; work that is delivered keeps its bytes."""
    upright = picture_of(data, kind.extension)
    if not anonymous:
        return data, False
    return _draw_again(upright, FORMATS[DRAWN_AS.get(kind.extension, kind.extension)]), True


def picture_of(data, extension):
    """The first frame upright and in sRGB. Raises CannotOpen for what is broken or far too large."""
    expected = FORMATS[extension]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is lower and has words
            with Image.open(io.BytesIO(data), formats=[expected]) as picture:
                _check_pixels(picture)
                picture.verify()
            with Image.open(io.BytesIO(data), formats=[expected]) as picture:
                picture.load()
                return _in_srgb(ImageOps.exif_transpose(picture))
    except Image.DecompressionBombError:  # Pillow's own, far higher limit
        raise CannotOpen(_TOO_LARGE) from None
    except _BROKEN:
        label = KINDS[extension].label
        raise CannotOpen(f"cannot be opened as a {label}. Save it again, or take it from the source.") from None


def _check_pixels(picture):
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise CannotOpen(_TOO_LARGE)


def _draw_again(picture, format_name):
    """At most MAX_SIDE a side, and nothing else of the file."""
    picture.thumbnail((MAX_SIDE, MAX_SIDE))
    out = io.BytesIO()
    options = {"optimize": True} if format_name == "PNG" else {"quality": QUALITY}
    without_anything_else(picture).save(out, format_name, **options)
    return out.getvalue()


def without_anything_else(picture):
    """The pixels on a new canvas: it has no `info` that a writer could copy."""
    canvas = Image.new(picture.mode, picture.size)
    canvas.paste(picture)
    return canvas


def _in_srgb(picture):
    """RGB or RGBA with the colours meant; a profile may name a person's screen, so it is applied and dropped."""
    profile = picture.info.get("icc_profile")
    transparent = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    mode = "RGBA" if transparent and picture.format not in ("JPEG", "HEIF") else "RGB"
    if profile and picture.mode in ("RGB", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            return ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # a broken profile only costs some colour
    return picture.convert(mode)
