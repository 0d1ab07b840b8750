"""Every relative link of every page leads somewhere, its anchor too."""

import os
import pathlib
import urllib.parse

from markdown import Page

SKIPPED = {"target", "node_modules"}


def pages(root):
    """All pages of the repository by their resolved paths."""
    found = {}
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in set(folders) - SKIPPED if not name.startswith("."))
        for name in sorted(files):
            if name.endswith(".md"):
                path = pathlib.Path(folder, name).resolve()
                found[path] = Page(path)
    return found


def is_outside(target):
    """Whether a link leads out of the repository, or to an item of the code, as those of crates do."""
    return bool(urllib.parse.urlsplit(target).scheme) or target.startswith("//") or "::" in target


def resolve(page, target):
    """The path that a relative link leads to, and its anchor or an empty text."""
    path, _, fragment = target.partition("#")
    folder = page.path.resolve().parent
    path = (folder / urllib.parse.unquote(path)).resolve() if path else page.path.resolve()
    return path, urllib.parse.unquote(fragment)


def complaints(root, pages):
    """What is wrong with the links of all pages."""
    for page in pages.values():
        name = page.path.relative_to(root)
        for section in page.sections:
            for target in section.targets():
                if is_outside(target):
                    continue
                path, fragment = resolve(page, target)
                if not path.exists():
                    yield f"{name}: {target} leads to no file"
                elif fragment and path in pages and fragment not in pages[path].anchors():
                    yield f"{name}: {target} leads to no heading"
