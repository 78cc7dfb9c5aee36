"""The Python examples of these pages run as pasted; other pages have tests of their own."""

import pytest
from lessons import ROOT, fences

PAGES = ("README.md", *(f"docs/{name}.md" for name in ("index", "environment", "scenarios", "theory")))
EXAMPLES = [
    pytest.param(block.content, id=f"{page}-{number}")
    for page in PAGES
    for number, block in enumerate(fences((ROOT / page).read_text(encoding="utf-8")))
    if block.language == "python"
]


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_run(example, folder):
    exec(compile(example, "example", "exec"), {})


def test_every_page_has_an_example():
    assert {str(example.id).rpartition("-")[0] for example in EXAMPLES} == set(PAGES)


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 120
