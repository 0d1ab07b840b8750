"""Parts of programs: a block is one of a file that its own tests run."""

from places import ROOT
from wrong import Wrong


def check(block, _sandbox):
    """The lines of a block are, in their order, lines of a file below the folder of its page."""
    files = [file for file in (ROOT / block.page).parent.rglob("*") if file.is_file() and file.suffix != ".md"]
    if not any(is_part(block.text, file.read_bytes().decode(errors="replace")) for file in files):
        raise Wrong("no file beside the page has these lines in this order")


def is_part(written, there):
    """Whether the lines that count are among others, in their order."""
    rest = iter(significant(there))
    return all(line in rest for line in significant(written))


def significant(text):
    """Lines without what is left out, and without comments."""
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith(("...", "…", "//", "# "))]
