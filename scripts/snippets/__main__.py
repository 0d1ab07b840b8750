"""Runs every block of code in the documentation: see README.md."""

import argparse
import signal
import sys
import traceback

from markdown import blocks
from places import ROOT
from sandbox import Sandbox
from settings import settle
from table import runner
from wrong import Wrong

PAGES = ("README.md", "docs/**/*.md", "crates/*/README.md", "scripts/*/README.md")
TRANSLATED = "docs/zh-CN/"


class Run:
    """What became of the blocks so far."""

    def __init__(self, is_listing):
        self.is_listing = is_listing
        self.essences = {}
        self.counts = {"run": 0, "as elsewhere": 0, "looked at": 0}
        self.failures = []

    def page(self, page):
        """Runs the blocks of a page, in their order and in one place."""
        found = blocks(page, (ROOT / page).read_text())
        if not found:
            return
        with Sandbox(page) as sandbox:
            settle(sandbox)
            for block in found:
                self.block(block, sandbox)

    def block(self, block, sandbox):
        """Runs a block, unless it is a translation of one that was run or has failed."""
        known = self.essences.setdefault(block.essence, block)
        if block.page.startswith(TRANSLATED) and known is not block:
            self.done(block, "as elsewhere", known)
            return
        try:
            run, name = runner(block)
            if run:
                run(block, sandbox)
        except Wrong as wrong:
            self.fail(block, str(wrong))
        except Exception:
            # What runs blocks is at fault, or the block is such that it was not thought of.
            self.fail(block, traceback.format_exc())
        else:
            self.done(block, "run" if run else "looked at", name or "looked at")

    def done(self, block, kind, by):
        """Counts a block."""
        self.counts[kind] += 1
        if self.is_listing:
            print(f"{block} {block.language}: {by}", flush=True)

    def fail(self, block, why):
        """Tells of a block that is not right."""
        self.failures.append(block)
        print(f"{block} {block.language}: {why}", file=sys.stderr, flush=True)


def pages(chosen):
    """The pages, English ones first, as those of others are held against them."""
    found = sorted({str(file.relative_to(ROOT)) for pattern in PAGES for file in ROOT.glob(pattern)})
    found.sort(key=lambda page: page.startswith(TRANSLATED))
    return [page for page in found if not chosen or page in chosen]


def main():
    """Runs all, or the pages that are named."""
    parser = argparse.ArgumentParser(prog="scripts/snippets/run", description=__doc__)
    parser.add_argument("--list", action="store_true", help="say what runs each block")
    parser.add_argument("pages", nargs="*", metavar="PAGE", help="such as docs/API.md; all unless said")
    given = parser.parse_args()
    # As an error would, so that what was started does not stay behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    run = Run(given.list)
    for page in pages(given.pages):
        run.page(page)
    print(", ".join(f"{count} {kind}" for kind, count in run.counts.items()) + f", {len(run.failures)} failed")
    sys.exit(bool(run.failures))


if __name__ == "__main__":
    main()
