"""The blocks of code in a page of Markdown."""

import dataclasses
import re

FENCE = re.compile(r"^(?P<indent> *)(?P<fence>`{3,}|~{3,})[ ]*(?P<language>[^\s`]*)[^`]*$")
HEADING = re.compile(r"^#{1,6} +(?P<text>.*?)(?: +#+)?$")
ITEM = re.compile(r"^ *(?:[-*+]|\d+[.)]) ")
# What begins a comment in the languages of the documentation, at the begin of a line or after a space.
COMMENT = re.compile(r"(?:^|(?<=\s))(?:#|//)(?:\s.*)?$|/\*.*?\*/|<!--.*?-->")


@dataclasses.dataclass(frozen=True)
class Block:
    """A block of code, and where it stands."""

    page: str
    line: int
    language: str
    heading: str
    text: str

    def __str__(self):
        return f"{self.page}:{self.line}"

    @property
    def essence(self):
        """What is left without comments and spaces at the end: the same in every edition."""
        lines = (COMMENT.sub("", line).rstrip() for line in self.text.splitlines())
        return self.language, "\n".join(line for line in lines if line)


def blocks(page, text):
    """All blocks of a page, fenced and indented, in their order."""
    lines = text.splitlines()
    found, heading, is_list, number = [], "", False, 0
    while number < len(lines):
        line = lines[number]
        start = number
        if fence := FENCE.match(line):
            number, body = fenced(lines, number + 1, fence)
            found.append(Block(page, start + 1, fence["language"], heading, body))
        elif line.startswith("    ") and not is_list and is_free(lines, number):
            number, body = indented(lines, number)
            found.append(Block(page, start + 1, "", heading, body))
        else:
            heading = HEADING.sub(r"\g<text>", line) if HEADING.match(line) else heading
            # A list goes on until something stands at the margin again.
            is_list = bool(ITEM.match(line)) or is_list and (not line or line.startswith(" "))
            number += 1
    return found


def fenced(lines, number, fence):
    """Where what follows a fenced block begins, and what is in the block."""
    margin, closing = len(fence["indent"]), re.compile(rf" *{fence['fence'][0]}{{{len(fence['fence'])},}} *$")
    body = []
    while number < len(lines) and not closing.match(lines[number]):
        line = lines[number]
        body.append(line[min(margin, len(line) - len(line.lstrip(" "))):])
        number += 1
    if number == len(lines):
        raise ValueError(f"a block is never closed: {body[:1]}")
    return number + 1, text_of(body)


def is_free(lines, number):
    """Whether a paragraph could begin at a line: else what is indented belongs to one."""
    return number == 0 or not lines[number - 1].strip()


def indented(lines, number):
    """Where what follows an indented block begins, and what is in the block."""
    body = []
    while number < len(lines) and (lines[number].startswith("    ") or not lines[number].strip()):
        body.append(lines[number][4:])
        number += 1
    while not body[-1]:
        body.pop()
    return number, text_of(body)


def text_of(lines):
    """A text of lines, each with its end."""
    return "".join(f"{line}\n" for line in lines)
