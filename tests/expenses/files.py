"""Files as phones, shops and attackers upload them, made while the tests run."""

import hashlib
import io
import struct
import zlib
from collections.abc import Sequence
from tempfile import TemporaryFile
from typing import Any, BinaryIO, cast

import pillow_heif
from PIL import ExifTags, Image, ImageCms

from expenses.kinds import HEAD, kind_of
from expenses.pictures import LIKENESS, clean

pillow_heif.register_heif_opener()

SECRET = b"HEMLIGT-7F3A"  # nothing that carries it may survive
WHITE, RED, BLUE = (255, 255, 255), (255, 0, 0), (0, 0, 255)
SIZE = (96, 48)

_STORED_AS = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def picture(mode: str = "RGB", size: tuple[int, int] = SIZE) -> Image.Image:
    """A white sheet with a red corner, top left."""
    sheet = Image.new("RGB", size, WHITE)
    sheet.paste(RED, (0, 0, size[0] // 3, size[1] // 3))
    return sheet.convert(mode)


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    """An image in one of Pillow's formats."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def turned(kind: str, orientation: int) -> bytes:
    """The picture as a phone held in another way stores it, upright only by its EXIF orientation."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    how = _STORED_AS[orientation]
    stored = picture() if how is None else picture().transpose(how)
    if kind == "HEIF":  # its writer turns orientation into irot and imir, and would turn the pixels: plain ones
        return saved(stored, kind, exif=exif.tobytes(), quality=90)
    return saved(stored, kind, exif=exif)


def telling_jpeg() -> bytes:
    """A JPEG with the place it was taken, a description, a comment, XMP and a profile, all secret."""
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = SECRET.decode()
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSMapDatum] = SECRET.decode()
    profile = swapping_profile() + SECRET
    return saved(picture(), "JPEG", exif=exif, comment=SECRET, xmp=SECRET, icc_profile=profile)


def swapping_profile() -> bytes:
    """An sRGB profile in which red and blue have changed places."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"?XYZ", 1).replace(b"bXYZ", b"rXYZ", 1).replace(b"?XYZ", b"bXYZ", 1)


def png(*chunks: tuple[bytes, bytes], size: tuple[int, int] = (1, 1)) -> bytes:
    """A PNG of these chunks whose header claims a size."""
    header = (b"IHDR", struct.pack(">IIBBBBB", *size, 8, 2, 0, 0, 0))
    pixels = (b"IDAT", zlib.compress(bytes(4)))
    body = b"".join(_chunk(*chunk) for chunk in (header, *chunks, pixels, (b"IEND", b"")))
    return b"\x89PNG\r\n\x1a\n" + body


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def jpeg_claiming(size: tuple[int, int]) -> bytes:
    """A JPEG whose header claims a size."""
    data = bytearray(saved(picture(), "JPEG"))
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", size[1], size[0])
    return bytes(data)


def jpeg_of_scans(scans: int) -> bytes:
    """A progressive JPEG of 36 megapixels that is passed over so many times."""
    data = saved(Image.new("L", (6000, 6000)), "JPEG", progressive=True)
    last = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + last * scans + data[-2:]


def heic_claiming(size: tuple[int, int], *, real: tuple[int, int] = SIZE) -> bytes:
    """A HEIC whose header claims a size."""
    data = bytearray(saved(picture(size=real), "HEIF"))
    at = data.index(b"ispe") + 8
    data[at : at + 8] = struct.pack(">II", *size)
    return bytes(data)


def pdf(
    content: bytes = b"1 0 0 rg 0 0 999 999 re f",
    *,
    pages: int = 1,
    page: bytes = b"/MediaBox[0 0 300 200]",
    catalogue: bytes = b"",
    more: Sequence[bytes] = (),
    trailer: bytes = b"",
) -> bytes:
    """A PDF by hand: red pages, whose entries can be added to; `more` objects are numbered from 4 + pages."""
    kids = b" ".join(b"%d 0 R" % (4 + number) for number in range(pages))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R%s>>" % catalogue,
        b"<</Type/Pages/Count %d/Kids[%s]>>" % (pages, kids),
        stream(content),
        *[b"<</Type/Page/Parent 2 0 R/Contents 3 0 R%s>>" % page] * pages,
        *more,
    ]
    file, table = b"%PDF-1.7\n", [b"0000000000 65535 f \n"]
    parts, at = [file], len(file)
    for number, entries in enumerate(objects, start=1):
        table.append(b"%010d 00000 n \n" % at)
        parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, entries))
        at += len(parts[-1])
    end = b"trailer<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (len(table), trailer, at)
    return b"".join([*parts, b"xref\n0 %d\n" % len(table), *table, end])


def stream(content: bytes, entries: bytes = b"") -> bytes:
    """A stream object of a PDF."""
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (entries, len(content), content)


def telling_pdf() -> bytes:
    """A PDF with a script that runs on opening, an attachment, a link and metadata, all secret."""
    return pdf(
        catalogue=b"/OpenAction<</S/JavaScript/JS(app.alert\\('%s'\\))>>"
        b"/Names<</EmbeddedFiles<</Names[(a)5 0 R]>>>>" % SECRET,
        page=b"/MediaBox[0 0 300 200]/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]"
        b"/A<</S/URI/URI(https://%s.example)>>>>]" % SECRET,
        more=[
            b"<</Type/Filespec/F(%s)/EF<</F 6 0 R>>>>" % SECRET,
            stream(SECRET, b"/Type/EmbeddedFile"),
            b"<</Title(%s)/Author(%s)>>" % (SECRET, SECRET),
        ],
        trailer=b"/Info 7 0 R",
    )


def filled_form() -> bytes:
    """A PDF whose page is white but for a form field, which shows red."""
    return pdf(
        b"",
        page=b"/MediaBox[0 0 300 200]/Annots[5 0 R]",
        catalogue=b"/AcroForm<</Fields[5 0 R]>>",
        more=[
            b"<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/V(b)/F 4/Rect[0 0 300 200]/AP<</N 6 0 R>>>>",
            stream(b"1 0 0 rg 0 0 300 200 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 300 200]"),
        ],
    )


def pdf_of_forms(depth: int) -> bytes:
    """A PDF of a form that draws ten forms that draw ten forms each, and so on."""
    forms = [
        stream(
            b"/F Do " * 10, b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F %d 0 R>>>>" % after
        )
        for after in range(6, 6 + depth)
    ]
    last = stream(b"0 0 9 9 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]")
    return pdf(b"/F Do", page=b"/MediaBox[0 0 9 9]/Resources<</XObject<</F 5 0 R>>>>", more=[*forms, last])


def endless_pdf() -> bytes:
    """A PDF of a page tiled with steps of a thousandth of a point."""
    tile = (
        b"/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 9 9]/XStep 0.001/YStep 0.001/Resources<<>>"
    )
    page = b"/MediaBox[0 0 595 842]/Resources<</Pattern<</P 5 0 R>>>>"
    return pdf(b"/Pattern cs /P scn 0 0 595 842 re f", page=page, more=[stream(b"0 0 5 5 re f", tile)])


def cleaned(data: bytes) -> dict[str, bytes]:
    """What the fenced program makes of bytes, by the name of each file."""
    with TemporaryFile() as original, TemporaryFile() as output:
        original.write(data)
        original.flush()
        media_type = kind_of(data[:HEAD])
        made = clean(cast(BinaryIO, original), cast(BinaryIO, output), media_type=media_type)
        return {one.name: b"".join(one.read(cast(BinaryIO, output))) for one in made if one.name != LIKENESS}


_PAD = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")


def locked_pdf(*, password: bytes) -> bytes:
    """A PDF under the oldest of its ciphers; an empty password keeps readers from copying only."""
    padded = (password + _PAD)[:32]
    owner = _rc4(hashlib.md5(_PAD, usedforsecurity=False).digest()[:5], padded)
    seed = padded + owner + struct.pack("<i", -4) + SECRET
    user = _rc4(hashlib.md5(seed, usedforsecurity=False).digest()[:5], _PAD)
    entries = b"<</Filter/Standard/V 1/R 2/P -4/O<%s>/U<%s>>>" % (owner.hex().encode(), user.hex().encode())
    return pdf(more=[entries], trailer=b"/Encrypt 5 0 R/ID[(%s)(%s)]" % (SECRET, SECRET))


def _rc4(key: bytes, data: bytes) -> bytes:
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)
