"""Rust: a block is part of what `cargo test` compiles and runs."""

import functools
import re
import tomllib

from excerpts import is_part
from markdown import blocks
from places import ROOT
from wrong import Wrong

DOCUMENTED = re.compile(r'#!?\[doc = include_str!\("([^"]+)"\)\]')
HIDDEN = re.compile(r"^# ", re.MULTILINE)


def check(block, _sandbox):
    """A block is in a page whose blocks are doc-tests, or its lines are those of one or of an example, in their order."""
    if block.page in tested_pages():
        return
    if not any(is_part(shown(block.text), shown(text)) for text in compiled()):
        raise Wrong("no page with doc-tests and no example in examples/ has these lines in this order")


def check_manifest(block, _sandbox):
    """Dependencies by path are crates of the project, with features that they have."""
    tables = tomllib.loads(block.text)
    for name, of in [pair for table in tables.values() for pair in table.items() if "path" in pair[1]]:
        manifest = tomllib.loads((ROOT / "crates" / name / "Cargo.toml").read_text())
        if unknown := set(of.get("features", ())) - set(manifest.get("features", ())):
            raise Wrong(f"{name} has no feature {', '.join(unknown)}")


@functools.cache
def tested_pages():
    """The pages that are the documentation of some code."""
    sources = [file for folder in ("crates", "bin") for file in (ROOT / folder).rglob("*.rs")]
    pages = [(file.parent / name).resolve() for file in sources for name in DOCUMENTED.findall(file.read_text())]
    return [str(page.relative_to(ROOT)) for page in pages]


@functools.cache
def compiled():
    """The blocks of those pages, and the examples."""
    pages = [block.text for page in tested_pages() for block in blocks(page, (ROOT / page).read_text())]
    return pages + [file.read_text() for file in ROOT.glob("*/*/examples/**/*.rs")]


def shown(text):
    """A text with the lines that doc-tests have and their readers don't see as plain ones."""
    return HIDDEN.sub("", text)
