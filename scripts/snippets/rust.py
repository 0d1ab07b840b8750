"""Rust: a block is part of what `cargo test` compiles and runs."""

import functools
import re

from markdown import blocks
from places import ROOT
from wrong import Wrong

DOCUMENTED = re.compile(r'#!?\[doc = include_str!\("([^"]+)"\)\]')


def check(block, _sandbox):
    """A block is in a page whose blocks are doc-tests, or its lines are those of one or of an example, in their order."""
    if block.page in tested_pages():
        return
    wanted = significant(block.text)
    if not any(is_part(wanted, significant(text)) for text in compiled()):
        raise Wrong("no page with doc-tests and no example in examples/ has these lines in this order")


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


def significant(text):
    """The lines that count."""
    lines = (line.removeprefix("# ").strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("//")]


def is_part(wanted, there):
    """Whether all lines are among others, in their order."""
    rest = iter(there)
    return all(line in rest for line in wanted)
