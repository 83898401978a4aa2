"""Whatever program wrote the file, its rows come out, or one sentence on why not."""

import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from assignments.register.cells import Formula
from assignments.register.problems import RegisterUnreadable
from assignments.register.sheets import MOST_BYTES, MOST_ROWS, read_sheet
from tests.assignments import registers

ROWS = [["a", "b"], ["Öberg; Åsa", "2,5"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_csv_is_read_in_every_common_shape(tmp_path: Path, encoding: str, separator: str) -> None:
    content = registers.as_csv(ROWS, separator=separator, encoding=encoding)
    assert read_sheet(registers.put(tmp_path, content)) == [(1, ROWS[0]), (2, ROWS[1])]


def test_blank_rows_are_passed_over_and_counted(tmp_path: Path) -> None:
    path = registers.put(tmp_path, b"\r\na;b\r\n;\r\n\r\n1;2\r\n;;\r\n \r\n")
    assert read_sheet(path) == [(2, ["a", "b"]), (5, ["1", "2"])]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "is empty"),
        (b";;\n\n", "is empty"),
        (b'a;b\n"1;2\n', "no CSV"),
        (b"a;b\n\x81;2\n", "letters can't be read"),
        ("a;b".encode("utf-16"), "UTF-16"),
        (b"PK\x03\x04 and so on", "a spreadsheet, not CSV"),
        (b"a;" * 300, "more than 200 cells"),
        (b"a;" + b"x" * 200_000, "no CSV"),
        (b"a\n" * (MOST_ROWS + 2), "more than 50000 rows"),
        (b"x" * (MOST_BYTES + 1), "larger than 20 MB"),
    ],
)
def test_csv_that_is_none_is_refused(tmp_path: Path, content: bytes, what: str) -> None:
    with pytest.raises(RegisterUnreadable, match=what):
        read_sheet(registers.put(tmp_path, content))


def test_a_file_of_another_kind_or_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RegisterUnreadable, match=r"\.csv or \.xlsx"):
        read_sheet(registers.put(tmp_path, b"a;b", "register.ods"))
    with pytest.raises(RegisterUnreadable, match="can't be opened"):
        read_sheet(tmp_path / "missing.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(RegisterUnreadable, match="can't be opened"):
        read_sheet(tmp_path / "folder.csv")


def test_a_workbook_gives_its_cells_as_they_are(tmp_path: Path) -> None:
    book = Workbook()
    sheet: Any = book.worksheets[0]
    sheet.append(["reference", "day", "number", "sum", "zeros", "error"])
    sheet.append([])
    sheet.append(["00123", date(2026, 1, 31), 2.5, "=1+1", 123, "#N/A"])
    sheet["E3"].number_format = "00000"
    content = io.BytesIO()
    book.save(content)
    first, second = read_sheet(registers.put(tmp_path, content.getvalue(), "register.xlsx"))
    assert first[0] == 1
    number, (reference, day, units, total, zeros, error) = second
    assert (number, reference, units, zeros) == (3, "00123", 2.5, "00123")
    assert str(day) == "2026-01-31 00:00:00"
    assert total == error == Formula()


def repacked(**parts: bytes) -> bytes:
    """Return a good workbook with some of its parts replaced."""
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(registers.as_workbook(ROWS))) as old, zipfile.ZipFile(content, "w") as new:
        for name in old.namelist():
            new.writestr(name, parts.get(Path(name).stem, old.read(name)), zipfile.ZIP_DEFLATED)
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "no .xlsx"),
        (b"a;b\n1;2\n", "no .xlsx"),
        (b"\xd0\xcf\x11\xe0 an old workbook", "no .xlsx"),
        (registers.as_workbook(ROWS)[:-200], "no .xlsx"),
        (repacked(sheet1=b"<not xml"), "can be read"),
        (repacked(sheet1=b"\x00" * 120_000_000), "unpacks to more"),
        (repacked(workbook=b"<workbook/>"), "can be read"),
    ],
    ids=["nothing", "CSV", "xls", "cut off", "broken", "bomb", "no sheets"],
)
def test_a_workbook_that_is_none_is_refused(tmp_path: Path, content: bytes, what: str) -> None:
    with pytest.raises(RegisterUnreadable, match=what):
        read_sheet(registers.put(tmp_path, content, "register.xlsx"))


def test_entities_that_grow_are_refused(tmp_path: Path) -> None:
    grown = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    sheet = (
        f'<!DOCTYPE x [<!ENTITY e0 "lol">{grown}]>'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&e9;</t></is></c></row></sheetData></worksheet>'
    )
    with pytest.raises(RegisterUnreadable, match="can be read"):
        read_sheet(registers.put(tmp_path, repacked(sheet1=sheet.encode()), "register.xlsx"))


def test_a_sheet_that_lies_about_its_size_is_read_by_its_cells(tmp_path: Path) -> None:
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<dimension ref="A1:XFD1048576"/>'
        '<sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData></worksheet>'
    )
    path = registers.put(tmp_path, repacked(sheet1=sheet.encode()), "register.xlsx")
    assert read_sheet(path) == [(1, [1])]


def test_the_templates_hold_the_same(tmp_path: Path) -> None:
    docs = Path(__file__).parents[2] / "docs"
    book = load_workbook(docs / "register-template.xlsx")
    assert [str(cell.value) for cell in book.worksheets[0][1]] == read_sheet(docs / "register-template.csv")[0][1]
