"""Find who sold: the name near the top, best one that says it is a company. Pure."""

import re
from collections.abc import Sequence
from statistics import median

from expenses.reading.amounts import amounts_in
from expenses.reading.lines import Row
from expenses.reading.suggestion import Suggested
from expenses.reading.words import folded

ROWS_LOOKED_AT = 12
LEAST_LETTERS = 3

_COMPANY = re.compile(
    r"""sdn\W{0,2}bhd\b | \bbhd\b | s/b\b | \bs\.?b\.?$ | \bplt\b | \b(?:pte\W{0,2})?ltd\b | \binc\b
    | \baktiebolag(?:et)?\b | (?<![a-z])ab\b(?!\.) | \bhb\b | \bkb\b | \bhandelsbolag\b""",
    re.VERBOSE,
)
_BUSINESS = re.compile(
    r"""enterprise | trading | restaurant | restoran | restaurang | syarikat | perniagaan | kedai | \bmart\b
    | market | \bshop | store | stationer | hardware | pharmacy | farmasi | baker[yi] | bageri | \bcafe
    | coffee | kitchen | \bbooks?\b | bokhandel | pasar | electrical | hotel | motor | petrol | station\b
    | trader | suppl(?:y|ies) | boutique | salon | clinic | klinik | pizz | grill | \bkrog | konditori | kiosk
    | butik | apotek | \blivs | handel\b | \bbio\b | biograf | bowling | simhall | museum | f.?rening
    | \b(?:ica|coop)\b | & co\b | company | house | cent(?:re|er) | corner | food | gallery | sport""",
    re.VERBOSE,
)
_NOT_A_NAME = re.compile(
    r"""tax\s*inv | \binvoice | \breceipt | \bkvitto | ^cash\b | cash\s?(?:sale|bill|inv) | \bgst\b | \bsst\b
    | \bvat\b | ^tel | \btel\b | telefon | \bfax | \borg\b | \bco\W{0,2}(?:reg|no) | company\s?(?:reg|no)
    | \breg(?:istration)?\W{0,2}no | \bno\W{0,2}\d | www\. | https?: | \.com\b(?!\s+sdn) | \.se\b | @[a-z]+\.
    | \bdate | datum | \btime\b | \btid\b | cashier | \bkass | \btable\b | \bbord\b | \border | \bbill\b
    | \bcheck\b | welcome | v.?lkommen | thank | \btack\b | owned\s?by | licens(?:ee|ed) | \bcopy\b | kopia
    | exemplar | signature | \bslip\b | counter | \bmember | \bpromo | guest | \bterm(?:inal)?\b | momsreg
    | duplicate | reprint | \bqty\b | customer""",
    re.VERBOSE,
)
_ADDRESS = re.compile(
    r"""\bjalan | \bjln\b | \blot\b | \btaman\b | \btmn\b | \bkawasan | \bbandar\b | \bseksyen | \blevel\b
    | \bfloor\b | \bground\s?fl | \bbatu\b | \bmukim | \bselangor | \bkuala\s?lumpur | \bjohor | \bpenang
    | \bmalaysia\b | \bpersiaran | \blorong | \bbangunan | \bwisma\b | \bplaza\b | \bblok\b | \bunit\b
    | \broad\b | \bstreet\b | \bavenue | (?:gatan|v.?gen|gata|v.?g|torget|gr.?nd|all.?n|plan|stigen)\s+\d
    | \b\d{5}\b | \b\d{3}\s\d{2}\b\s+[a-z] | \bbox\s\d""",
    re.VERBOSE,
)
_REGISTRATION = re.compile(
    r"[\s-]*[(\[{]?\s?(?:(?:co|reg)\b\W{0,2}(?:no|reg)?[.:\s]*)?[a-z]{0,3}\d{4,}\s?[-.·]?\s?[a-z]{0,2}\s?[)\]}]?\s*$",
    re.IGNORECASE,
)
_COMPANY_THEN = re.compile(r"(.{4,}?(?:sdn\W{0,2}bhd|\bbhd|s/b|\bAB|\bHB|\bltd)\b\.?)(.+)", re.IGNORECASE)
_OWNER_FOLLOWS = re.compile(r"owned\s?by\W*$")
_REST_OF_NAME = re.compile(
    r"(?:\(m\)\s?)?(?:co\b|sdn|bhd|s/b\b|ab\b|hb\b|enterprise$|trading$|& co)", re.IGNORECASE
)


def find_seller(rows: Sequence[Row]) -> Suggested[str] | None:
    """Return the seller's name as printed, without its registration number, and how likely it is right."""
    usual = median(row.height for row in rows) if rows else 1.0
    best: tuple[float, str] | None = None
    for place, row in enumerate(_top(rows)):
        if place and _OWNER_FOLLOWS.search(folded(rows[place - 1].text)):
            continue
        name = _name(rows, place)
        score = _score(name, place, row.height / max(usual, 1.0))
        if score is not None and (best is None or score > best[0]):
            best = score, name
    if best is None:
        return None
    score, name = best
    return Suggested(name, 0.9 if score >= 5.5 else 0.75 if score >= 3.5 else 0.5)


def _top(rows: Sequence[Row]) -> Sequence[Row]:
    """Return the rows above the first thing sold."""
    end = next((at for at, row in enumerate(rows) if at > 2 and amounts_in(row.text)), len(rows))
    return rows[: min(end, ROWS_LOOKED_AT)]


def _name(rows: Sequence[Row], place: int) -> str:
    name = _bare(rows[place].text)
    following = _bare(rows[place + 1].text) if place + 1 < len(rows) else ""
    if _REST_OF_NAME.match(following) and not _COMPANY.search(folded(name)):
        return f"{name} {following}"
    return name


def _bare(text: str) -> str:
    text = re.sub(r"\s+", " ", text).strip()
    company = _COMPANY_THEN.match(text)
    if company and (_NOT_A_NAME.search(folded(company[2])) or re.search(r"\d{4}", company[2])):
        text = company[1]
    shorter = _REGISTRATION.sub("", text).strip(" -*.:,'\"=")
    return shorter if sum(letter.isalpha() for letter in shorter) >= LEAST_LETTERS else text


def _score(name: str, place: int, height: float) -> float | None:
    plain = folded(name)
    letters = sum(letter.isalpha() for letter in plain)
    if letters < LEAST_LETTERS or letters < 0.5 * len(plain.replace(" ", "")) or _NOT_A_NAME.search(plain):
        return None
    score = 3.0 - 0.35 * place
    if _ADDRESS.search(plain):
        score -= 3.0
    if _REST_OF_NAME.match(plain):
        score -= 4.0
    if _COMPANY.search(plain):
        score += 4.0
    elif _BUSINESS.search(plain):
        score += 2.0
    if name.isupper():
        score += 0.5
    return (
        score
        + min(max(height - 1.0, 0.0), 1.0)
        - (1.0 if letters < 5 else 0.0)
        - 0.2 * sum(sign.isdigit() for sign in plain)
    )
