"""The Chinese edition says what the English one says, as far as a program can tell.

Section by section both have the same headings, blocks of code, paragraphs, tables, items of lists, names in
backquotes, and links. So whoever changes the one is told where the other has to follow.
"""

import collections
import re

from links import is_outside, resolve
from markdown import Code, code_spans

# Chinese pages and pictures are in folders of this name.
FOLDER = "zh-CN"
CHINESE = f"docs/{FOLDER}"
# Words that stand alone in a cell and mean something to a program or its reader.
WORDS = {"required": "必填", "—": "—", "–": "–", "": ""}
# Where a comment begins, by language; the languages that are not here have none.
COMMENTS = {
    **dict.fromkeys(["sh", "toml", "ini", "nginx", "python", "py", "yaml", "promql", "env"], "#"),
    **dict.fromkeys(["rust", "js"], "//"),
}


def english(root, path):
    """The English page of a Chinese one."""
    name = path.relative_to(root / CHINESE)
    return root / name if str(name) == "README.md" else root / "docs" / name


def pairs(root, pages):
    """The pages of the Chinese edition, each after the English one."""
    for path, page in pages.items():
        if path.is_relative_to(root / CHINESE):
            yield pages.get(english(root, path)), page


def complaints(root, pages):
    """Where the editions differ."""
    for original, page in pairs(root, pages):
        name = page.path.relative_to(root)
        if original is None:
            yield f"{name}: there is no such page in English"
            continue
        links = Links(root, pages)
        yield from (f"{name}: {what}" for what in switches(original, page))
        yield from (f"{name}: {what}" for what in differences(original, page, links))


def switches(original, page):
    """What the links between the two editions lack."""
    for here, there in [(original, page), (page, original)]:
        # Before the first heading, or below the title.
        targets = [target for section in here.sections[:2] for target in section.targets()]
        if there.path not in [resolve(here, target)[0] for target in targets]:
            yield f"no link from {here.path.name} at its top to the other edition"


def differences(original, page, links):
    """Where a page differs from its original."""
    levels = [[section.level for section in one.sections] for one in (original, page)]
    if levels[0] != levels[1]:
        yield f"other headings than in English: {first_difference(original, page)}"
        return
    for one, other in zip(original.sections, page.sections):
        where = f"line {other.line}, {other.heading or 'the top'}"
        for what in section_differences(one, other):
            yield f"{where}: {what}"
        for what in unlike(links.of(original, one, page), links.of(page, other, original)):
            yield f"{where}: links: {what}"


def first_difference(original, page):
    """The first heading that has none at its place."""
    marks = [[f"{'#' * section.level} {section.heading}" for section in one.headings()] for one in (original, page)]
    for ours, theirs in zip(*marks):
        if ours.split()[0] != theirs.split()[0]:
            return f"{ours!r} there, {theirs!r} here"
    longer = max(marks, key=len)
    return f"{longer[min(map(len, marks))]!r} has none beside it"


def section_differences(one, other):
    """How two sections differ, but for their links."""
    for what in unlike(code_spans(one.heading), code_spans(other.heading)):
        yield f"in the heading: {what}"
    if [plain(code) for code in one.code] != [plain(code) for code in other.code]:
        yield "other code than in English"
    if one.paragraphs() != other.paragraphs():
        yield f"{other.paragraphs()} paragraphs, {one.paragraphs()} in English"
    if one.items() != other.items():
        yield f"{other.items()} items in lists, {one.items()} in English"
    yield from table_differences(one.tables(), other.tables())
    for what in unlike(set(code_spans(one.text)), set(code_spans(other.text))):
        yield what


def plain(code):
    """A block of code without its comments."""
    mark = COMMENTS.get(code.language)
    if not mark:
        return code
    lines = [re.sub(rf"(^|\s+){mark}(\s.*|$)", "", line) for line in code.lines]
    return Code(code.language, tuple(line for line in lines if line.strip()))


def table_differences(ones, others):
    """How tables differ: in their rows, and in the code and the words of single cells."""
    if [len(table) for table in ones] != [len(table) for table in others]:
        yield f"rows of tables: {[len(table) for table in others]}, in English {[len(table) for table in ones]}"
        return
    for one, other in zip(sum(ones, []), sum(others, [])):
        row = one[0] or other[0]
        if len(one) != len(other):
            yield f"the row {row} has {len(other)} cells, in English {len(one)}"
            continue
        for cell, translated in zip(one, other):
            for what in unlike(set(code_spans(cell)), set(code_spans(translated))):
                yield f"in the row {row}: {what}"
            if cell in WORDS and WORDS[cell] != translated:
                yield f"in the row {row}: {translated!r} for {cell!r}"


def unlike(ours, theirs):
    """What only the one or only the other has."""
    ours, theirs = collections.Counter(ours), collections.Counter(theirs)
    for name in ours - theirs:
        yield f"lacks {name}"
    for name in theirs - ours:
        yield f"has {name}, which English has not"


class Links:
    """Where links lead, in words that are the same in both editions."""

    def __init__(self, root, pages):
        self.root = root
        self.pages = pages
        self.originals = {page.path: original.path for original, page in pairs(root, pages) if original}

    def of(self, page, section, other):
        """The targets of a section, without the way to the other edition."""
        targets = [self.common(page, target) for target in section.targets()]
        return {target for target in targets if target != self.common(other, other.path.name)}

    def common(self, page, target):
        """A target, with a Chinese page and its headings named as the English ones are."""
        if is_outside(target):
            return target
        path, fragment = resolve(page, target)
        if fragment and path in self.pages and fragment in (anchors := self.pages[path].anchors()):
            fragment = f"heading {anchors.index(fragment) + 1}"
        if page.path in self.originals and path != self.originals[page.path] and self.is_translated(path):
            return f"{path.relative_to(self.root)} (in English, though it is there in Chinese)"
        name = self.original(path).relative_to(self.root)
        return f"{name}#{fragment}" if fragment else str(name)

    def original(self, path):
        """The English page or picture of a Chinese one; of others, itself."""
        if path.parent.name == FOLDER and path not in self.originals:
            return path.parents[1] / path.name
        return self.originals.get(path, path)

    def is_translated(self, path):
        """Whether a page or a picture is there in Chinese, too."""
        return path in self.originals.values() or (path.parent / FOLDER / path.name).exists()
