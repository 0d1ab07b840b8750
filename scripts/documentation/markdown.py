"""What a page in Markdown consists of, as far as the checks ask for it."""

import dataclasses
import pathlib
import re

FENCE = re.compile(r"^ *(```+|~~~+) *([\w-]*)")
HEADING = re.compile(r"^(#{1,6}) +(.*?)(?: +#+)?$")
CODE_SPAN = re.compile(r"(`+)(.+?)\1", re.DOTALL)
TARGETS = (
    re.compile(r"\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)"),
    re.compile(r"^\[[^\]]+\]:\s+<?(\S+?)>?$", re.MULTILINE),
    re.compile(r"<(?:a|img|source)\s[^>]*?(?:href|src|srcset)=\"([^\"]+)\""),
)


@dataclasses.dataclass(frozen=True)
class Code:
    """A fenced block: the language it names, and its lines."""

    language: str
    lines: tuple[str, ...]


@dataclasses.dataclass
class Section:
    """A heading, and what stands below it until the next one."""

    level: int
    heading: str
    line: int
    text: str = ""
    code: list[Code] = dataclasses.field(default_factory=list)

    def tables(self):
        """Its tables: rows of cells, without the rows of dashes."""
        tables = [[]]
        for line in self.text.splitlines():
            if not line.startswith("|"):
                tables.append([])
            elif not re.fullmatch(r"[|:\- ]+", line):
                tables[-1].append(cells(line))
        return [table for table in tables if table]

    def items(self):
        """How many items its lists have."""
        return len(re.findall(r"^ *(?:[-*]|\d+\.) ", self.text, re.MULTILINE))

    def paragraphs(self):
        """How many paragraphs it has beside tables and lists."""
        blocks = re.split(r"\n\s*\n", self.text)
        return sum(not re.match(r"(?:\||[-*] |\d+\. )", block.lstrip()) for block in blocks if block.strip())

    def targets(self):
        """Where its links and pictures lead, those of the heading too."""
        prose = without_code(f"{self.heading}\n{self.text}")
        return [target for pattern in TARGETS for target in pattern.findall(prose)]


class Page:
    """A file, taken apart."""

    def __init__(self, path, text=None):
        self.path = pathlib.Path(path)
        self.sections = sections(self.path.read_text() if text is None else text)

    def headings(self):
        """All sections but what stands before the first heading."""
        return [section for section in self.sections if section.level]

    def anchors(self):
        """The anchor of each heading, as GitHub and mdBook make them, in order."""
        seen = {}
        anchors = []
        for section in self.headings():
            name = anchor(section.heading)
            count = seen[name] = seen.get(name, -1) + 1
            anchors.append(f"{name}-{count}" if count else name)
        return anchors


def sections(text):
    """The sections of a text; the first one is what stands before any heading."""
    found = [Section(0, "", 0)]
    fence = None
    for number, line in enumerate(text.splitlines(), 1):
        if fence:
            mark, language, lines = fence
            if line.strip() == mark:
                found[-1].code.append(Code(language, tuple(lines)))
                fence = None
            else:
                lines.append(line)
        elif opened := FENCE.match(line):
            fence = (opened[1], opened[2], [])
        elif heading := HEADING.match(line):
            found.append(Section(len(heading[1]), heading[2], number))
        else:
            found[-1].text += f"{line}\n"
    return found


def cells(row):
    """The cells of a line of a table; a bar with a backslash, or in code, parts none."""
    masked = CODE_SPAN.sub(lambda span: span[0].replace("|", "\0"), row.replace(r"\|", "\0"))
    return [cell.strip().replace("\0", "|") for cell in masked.strip().strip("|").split("|")]


def code_spans(text):
    """What stands between backquotes."""
    return [" ".join(span[1].split()) for span in CODE_SPAN.findall(text)]


def without_code(text):
    """The text without what stands between backquotes."""
    return CODE_SPAN.sub("", text)


def anchor(heading):
    """The name by which links reach a heading."""
    words = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    words = re.sub(r"[`*]", "", words).strip().lower()
    return "".join(letter for letter in words.replace(" ", "-") if letter.isalnum() or letter in "-_")
