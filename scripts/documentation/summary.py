"""docs/SUMMARY.md lists every page below docs/, once."""

import collections

from links import is_outside, resolve


def complaints(root, pages):
    """What the table of contents lacks, or has twice."""
    docs = root / "docs"
    summary = docs / "SUMMARY.md"
    if summary not in pages:
        return ["docs/SUMMARY.md is missing"]
    contents = pages[summary]
    targets = [target for section in contents.sections for target in section.targets()]
    listed = collections.Counter(resolve(contents, target)[0] for target in targets if not is_outside(target))
    found = []
    for path in pages:
        if path.is_relative_to(docs) and path != summary and listed[path] != 1:
            times = "twice" if listed[path] else "not"
            found.append(f"docs/SUMMARY.md: {path.relative_to(docs)} is {times} listed")
    for path in listed:
        if not path.is_relative_to(docs):
            found.append(f"docs/SUMMARY.md: {path.relative_to(root)} is no page of the book")
    return found
