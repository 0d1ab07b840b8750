"""For mdBook: takes the links away that a book of docs/ can't follow, because they lead out of it, or to its
table of contents, which is no page of it.

mdBook runs it as docs/book.toml says, and hands over the book as JSON.
"""

import json
import pathlib
import re
import sys

from links import is_outside

LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|`[^`]*`)*)\]\(([^)\s]+)\)")


def main():
    # It asks first whether there is anything to do for a kind of output: there is for each.
    if sys.argv[1:2] == ["supports"]:
        return
    _context, book = json.load(sys.stdin)
    for chapter in chapters(book):
        chapter["content"] = within(chapter["content"], chapter["path"])
    json.dump(book, sys.stdout)


def chapters(part):
    """All chapters of a book or a part of it, with those below them."""
    if isinstance(part, list):
        for one in part:
            yield from chapters(one)
    elif isinstance(part, dict):
        if "content" in part and part.get("path"):
            yield part
        for one in part.values():
            yield from chapters(one)


def within(text, path):
    """The text of a page without the links that can't be followed; its path is relative to docs/."""
    folder = pathlib.PurePosixPath(path).parent
    return LINK.sub(lambda link: link[1] if leads_out(folder, link[2]) else link[0], text)


def leads_out(folder, target):
    """Whether a link on a page in a folder leads above the uppermost one, or to the table of contents."""
    path = pathlib.PurePosixPath(target.partition("#")[0])
    if is_outside(target):
        return False
    if path.name == "SUMMARY.md":
        return True
    depth = 0
    for part in (folder / path).parts:
        depth += -1 if part == ".." else 1
        if depth < 0:
            return True
    return False


if __name__ == "__main__":
    main()
