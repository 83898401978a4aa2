import pytest

from expenses.reading.lines import rows_of
from expenses.reading.sellers import find_seller
from tests.expenses.reading.printing import lines


def seller_of(text: str) -> str | None:
    found = find_seller(rows_of(lines(text)))
    return found.value if found else None


@pytest.mark.parametrize(
    ("text", "seller"),
    [
        ("NORDLJUS SPORT AB\nKöpmangatan 5\nOrg.nr 556123-4567", "NORDLJUS SPORT AB"),
        ("31803060\nKVIST & CO SDN BHD\n(860671-D)\nJALAN KPB 6,\nTAX INVOICE", "KVIST & CO SDN BHD"),
        ("LAKSA MART S/B (519537-X)\nLOT P.T. 2811, JALAN ANGSA", "LAKSA MART S/B"),
        ("POPPY BOOK\nCO. (M) SDN BHD\n(Co. No. 113825-W)\nNo 8, Jalan 7", "POPPY BOOK CO. (M) SDN BHD"),
        ("Välkommen till\nSIMHALLEN DELFINEN\nKvitto 88123", "SIMHALLEN DELFINEN"),
        ("KVITTO\nKiosken vid bron\nTel 0923-123 45\n2026-11-14", "Kiosken vid bron"),
        ("CITY MILK\nR&D VENTURE SDN BHD (1191015-W)\nLOT-18A-2", "R&D VENTURE SDN BHD"),
        ("PENNYSTATIONERYSHOP\n40170 SETIA ALAM\nOwned By:\nPENNY SUPPLY SDN BHD", "PENNYSTATIONERYSHOP"),
        ("KVIST & CO SDN BHD Co. Reg No: 860671 D\nJALAN KPB 6", "KVIST & CO SDN BHD"),
        ("Toreby Bio AB Org.nr 556123-4567\nStorgatan 12", "Toreby Bio AB"),
        ("TAX INVOICE\nTable 12\nRESTORAN BUNGA\nNo.2, Jalan Temenggung", "RESTORAN BUNGA"),
        ("www.exempel.se\nCafé Utsikten\nStorgatan 12\n952 31 Kalix", "Café Utsikten"),
    ],
)
def test_the_seller_is_the_company_near_the_top(text: str, seller: str) -> None:
    assert seller_of(text) == seller


def test_what_was_sold_is_no_seller() -> None:
    assert seller_of("Livs AB\n2026-11-14\nKvitto\nKaffe AB  12,00\nBageri AB  5,00") == "Livs AB"


@pytest.mark.parametrize("text", ["", "2026-11-14\n12,00", "Tel 0923-123 45\nwww.exempel.se"])
def test_no_name_is_made_up(text: str) -> None:
    assert seller_of(text) is None


def test_a_company_is_surer_than_a_line_of_words() -> None:
    company, words = (find_seller(rows_of(lines(text))) for text in ("ALMBYNS LIVS AB", "Hos oss\nhar du det"))
    assert company is not None
    assert words is not None
    assert company.confidence > words.confidence
