"""Draw the pages of a PDF as pictures, and bind pictures into a new PDF."""

import io
import math
from collections.abc import Iterator
from typing import NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from expenses.kinds import ReceiptRefused, RefusalCode

MAX_PAGES = 20
DPI = 150
MAX_PAGE_PIXELS = 6_000_000  # A4 has 2.2 million, a till roll of two metres 5.6
MAX_PAGE_SIDE = 12_000
QUALITY = 85


class Page(NamedTuple):
    """Hold a page to bind: size in pixels and an RGB JPEG."""

    width: int
    height: int
    jpeg: bytes


def draw(pdf: bytes) -> Iterator[Image.Image]:
    """Yield all pages drawn at about 150 dpi; raise ReceiptRefused if it is locked or has too many.

    Raises PdfiumError, ValueError or ArithmeticError if it is broken. PDFium is not thread-safe: no two at a
    time in one process.
    """
    with _opened(pdf) as document:
        if pdfium.FPDF_GetSecurityHandlerRevision(document) >= 0:
            raise ReceiptRefused(RefusalCode.ENCRYPTED)
        if len(document) > MAX_PAGES:
            raise ReceiptRefused(RefusalCode.TOO_MANY_PAGES)
        document.init_forms()  # or a filled form comes out empty; this PDFium is built without scripts
        for page in document:
            yield _drawn(page)
            page.close()


def _opened(pdf: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(pdf)
    except pypdfium2.PdfiumError as error:
        if error.err_code in {pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY}:
            raise ReceiptRefused(RefusalCode.ENCRYPTED) from error
        raise


def _drawn(page: pypdfium2.PdfPage) -> Image.Image:
    width, height = page.get_size()
    by_area = math.sqrt(MAX_PAGE_PIXELS / (width * height))
    scale = min(DPI / 72, by_area, MAX_PAGE_SIDE / max(width, height))
    image: Image.Image = page.render(scale=scale, rev_byteorder=True).to_pil()
    return image


def page_of(image: Image.Image) -> Page:
    """Return what to bind of a drawn page."""
    jpeg = io.BytesIO()
    image.save(jpeg, "JPEG", quality=QUALITY)
    return Page(*image.size, jpeg.getvalue())


def bind(pages: list[Page]) -> bytes:
    """Return a PDF of these pages at 150 dpi.

    By hand, since Pillow would hold all pages decoded and PDFium would add a date, a creator and an id.
    """
    numbers = range(3, 3 + 3 * len(pages), 3)
    kids = b" ".join(b"%d 0 R" % number for number in numbers)
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(pages), kids)]
    for number, page in zip(numbers, pages, strict=True):
        objects += _objects(number, page)
    return _file(objects)


def _objects(number: int, page: Page) -> list[bytes]:
    """Return the three objects of a page: itself as `number`, its content, its picture."""
    across, up = b"%.2f" % (page.width * 72 / DPI), b"%.2f" % (page.height * 72 / DPI)
    return [
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %s %s]/Contents %d 0 R/Resources<</XObject<</I %d 0 R>>>>>>"
        % (across, up, number + 1, number + 2),
        _stream(b"", b"%s 0 0 %s 0 0 cm /I Do" % (across, up)),
        _stream(
            b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceRGB/BitsPerComponent 8"
            b"/Filter/DCTDecode" % (page.width, page.height),
            page.jpeg,
        ),
    ]


def _stream(entries: bytes, content: bytes) -> bytes:
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(content), content)


def _file(objects: list[bytes]) -> bytes:
    """Return the PDF of these objects, numbered from 1, the first being the catalogue."""
    file = io.BytesIO()
    file.write(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    table = [b"0000000000 65535 f \n"]
    for number, content in enumerate(objects, start=1):
        table.append(b"%010d 00000 n \n" % file.tell())
        file.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    start = file.tell()
    file.write(b"xref\n0 %d\n%s" % (len(table), b"".join(table)))
    file.write(b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(table), start))
    return file.getvalue()
