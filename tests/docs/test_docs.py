"""What the documents say can be done, can be done."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
READ_BY_CODE = re.compile(
    r"""(?:env(?:_int|_bool|_list)?|environ\.get|environ\.setdefault)\(\s*"([A-Z][A-Z_]+)\""""
)
# Django's own, and those by which our processes know each other.
NOT_FOR_PEOPLE = {"CONTENT_TYPE", "DJANGO_SETTINGS_MODULE", "MAKELEVEL", "TILLFALLE_DEMO"}


def variables_read() -> set[str]:
    files = [*(ROOT / "config").rglob("*.py"), ROOT / "manage.py", *(ROOT / "worker").rglob("*.py")]
    found: set[str] = set()
    for file in files:
        found |= set(READ_BY_CODE.findall(file.read_text()))
    return found - NOT_FOR_PEOPLE


def test_env_example_has_every_variable_that_is_read_and_no_other() -> None:
    written = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert written == variables_read()


def test_the_readme_stays_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) < 150


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_that_a_document_names_exists(document: Path) -> None:
    text = document.read_text()
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`?make ([a-z][a-z-]*)\b[` \n]", re.sub(r"[a-z]+ and make", "", text))) <= targets
    assert set(re.findall(r"manage\.py ([a-z_]+)", text)) <= get_commands().keys()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_and_folder_that_a_document_names_exists(document: Path) -> None:
    text = document.read_text()
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    assert [link for link in links if not (document.parent / link).exists()] == []
    folders = re.findall(r"^\| `([a-z]+/)`", text, re.MULTILINE)
    assert [folder for folder in folders if not (ROOT / folder).is_dir()] == []


def test_every_top_level_folder_is_on_the_readmes_map() -> None:
    mapped = set(re.findall(r"^\| `([a-z]+)/`", (ROOT / "README.md").read_text(), re.MULTILINE))
    present = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith((".", "_"))}
    assert present - {"staticfiles", "node_modules"} <= mapped | {"benchmarks"}


def test_every_decision_is_one_page_with_a_number() -> None:
    pages = sorted((ROOT / "docs" / "decisions").iterdir())
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    assert all(len(page.read_text().splitlines()) < 60 for page in pages)


def test_nothing_of_the_machine_it_was_written_on_is_in_the_documents() -> None:
    for document in DOCUMENTS:
        assert re.findall(r"/(?:home|root|Users|work|opt)/", document.read_text()) == [], document
