"""Receipts as tills print them, drawn by a seed: two of one shop differ in a few rows."""

import io
import random
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from expenses.models import Receipt
from people.models import User
from tests import world

HEADER = ["KAFFE & BIO AB", "Storgatan 12, 952 31 Kalix", "Org.nr 556000-0000", "Tel 0923-000 00", ""]
FOOTER = ["", "MOMS 12 %   NETTO   BRUTTO", "Spara kvittot", "Tack och välkommen åter!"]
GOODS = ["Kaffe", "Bulle", "Biobiljett", "Smörgås", "Varm choklad", "Popcorn stor", "Läsk 50 cl", "Dagens lunch"]


def slip(seed: int, goods: int = 9) -> Image.Image:
    """Draw the receipt of a purchase, 600 pixels wide."""
    rnd = random.Random(seed)
    rows = [f"{rnd.choice(GOODS):<16}{rnd.randint(10, 199):>6},00" for _ in range(goods)]
    total = f"{'ATT BETALA':<16}{rnd.randint(200, 999):>6},00"
    date = f"2026-{rnd.randint(1, 9):02}-{rnd.randint(10, 28)} {rnd.randint(10, 20)}:{rnd.randint(10, 59)}"
    number = f"Kvitto {rnd.randint(10_000, 99_999)}"
    lines = [*HEADER, date, number, "-" * 28, *rows, "-" * 28, total, *FOOTER]
    picture = Image.new("RGB", (600, 60 + 44 * len(lines)), (244, 242, 238))
    pen = ImageDraw.Draw(picture)
    font = ImageFont.load_default(30)
    for at, line in enumerate(lines):
        pen.text((40, 30 + 44 * at), line[:16], fill=(40, 38, 44), font=font)
        pen.text((540, 30 + 44 * at), line[16:], fill=(40, 38, 44), font=font, anchor="ra")
    return picture


def taken_again(
    picture: Image.Image, *, crop: float = 0.06, scale: float = 0.7, turn: float = 1.2, quality: int = 50
) -> Image.Image:
    """Return the picture cropped on every side, scaled, turned and encoded anew."""
    width, height = picture.size
    box = (int(width * crop / 3), int(height * crop), int(width * (1 - crop)), int(height * (1 - crop / 2)))
    part = picture.crop(box).rotate(turn, Image.Resampling.BICUBIC, fillcolor=(200, 200, 200))
    small = part.resize((round(part.width * scale), round(part.height * scale)), Image.Resampling.LANCZOS)
    encoded = io.BytesIO()
    small.save(encoded, "JPEG", quality=quality)
    return Image.open(encoded)


def waiting(owner: User, likeness: list[int], **fields: Any) -> Receipt:
    """Put a receipt of this likeness into the database that was read, and waits to be compared."""
    return world.make_receipt(owner, likeness=likeness, **{"arrived_at": world.NOW, "read_at": world.NOW} | fields)
