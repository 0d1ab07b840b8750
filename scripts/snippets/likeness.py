"""Holds an answer that is written down against a real one.

What is another one each time may differ: times, names drawn at random, codes, durations. `…` stands
for any text. All else is to be the same, but for the order of members and headers.
"""

import json
import re

# What is another one each time, and what stands for it. The first that fits counts.
VARYING = [
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"), "<time>"),
    (re.compile(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT"), "<date>"),
    (re.compile(r"\b(AC|BL|GN|RK|SK|VA|VE|VL)([0-9a-f]{32}|…)"), r"<\1>"),
    (re.compile(r"(?<![0-9a-f])([0-9a-f]{32}|[0-9a-f]{4,31}…)(?![0-9a-f])"), "<hex>"),
    (re.compile(r"(?<![\d.])\d{6}(?![\d.])"), "<code>"),
    (re.compile(r"\b\d+\.\d+(?![\d.])"), "<decimal>"),
    (re.compile(r"\bin \d+ (s|min|h)( \d+ (s|min))?\b"), "in <duration>"),
    (re.compile(r"(?<=;)t=\d+"), "t=<seconds>"),
    (re.compile(r"\bv1,[\w+/]*(…=|={0,2})"), "<signature>"),
]
# Headers of which only the name is compared, and members of which only the type is.
HEADERS = {"content-length", "date", "etag", "retry-after", "x-request-id", "webhook-id", "webhook-timestamp"}
COUNTS = {"retry_after", "total_attempts", "total_converted", "total_unconverted"}
HEADER = re.compile(r"(?P<name>[A-Za-z-]+): (?P<value>.*)")


def differences(written, real, free=()):
    """What of a text of lines is not as it is written, in words. Of members in `free` only the type counts."""
    expected, there = parts(written), parts(real)
    if len(expected) != len(there):
        return [f"{len(expected)} lines are written, but there are {len(there)}:\n{real.strip()}"]
    found = []
    for one, other in zip(expected, there):
        found += of_part(one, other, COUNTS | set(free))
    return found


def parts(text):
    """The lines of a text; headers that stand one after the other are one part, in which order does not count."""
    found = []
    for line in text.replace("\r\n", "\n").strip().splitlines():
        header = HEADER.fullmatch(line)
        if not header:
            found.append(line.rstrip())
        elif found and isinstance(found[-1], dict):
            found[-1][header["name"].lower()] = header["value"]
        else:
            found.append({header["name"].lower(): header["value"]})
    return [part for part in found if part != ""]


def of_part(written, real, free):
    """The differences of two parts."""
    if isinstance(written, dict) and isinstance(real, dict):
        return of_headers(written, real)
    if isinstance(written, dict) or isinstance(real, dict):
        return [f"{written!r} is written, but it is {real!r}"]
    expected, there = value(written), value(real)
    if expected is not None and there is not None:
        return of_values("", expected, there, free)
    return of_texts("", written, real)


def of_headers(written, real):
    """The differences of two sets of headers."""
    found = [f"there is no header {name}" for name in written if name not in real]
    found += [f"there is a header {name}: {real[name]}" for name in real if name not in written]
    for name in written.keys() & real.keys() - HEADERS:
        found += of_texts(name, ordered(name, written[name]), ordered(name, real[name]))
    return found


def ordered(name, text):
    """A list in a header, whose order means nothing, in one."""
    return ", ".join(sorted(text.split(", "))) if name.startswith("access-control-") else text


def value(line):
    """The JSON object or list that a line is, with `[…]` as a list of anything; None if it is none."""
    if line[:1] not in ("{", "["):
        return None
    try:
        return json.loads(line.replace("[…]", '["…"]'))
    except json.JSONDecodeError:
        return None


def of_values(path, written, real, free):
    """The differences of two values of JSON."""
    if written == ["…"] and isinstance(real, list):
        return []
    if isinstance(written, str) and isinstance(real, str):
        return [] if path.rpartition(".")[2] in free else of_texts(path, written, real)
    if type(written) is not type(real):
        return [f"{path} is written as {written!r}, but is {real!r}"]
    if isinstance(written, dict):
        return of_objects(path, written, real, free)
    if isinstance(written, list):
        return of_lists(path, written, real, free)
    is_free = path.rpartition(".")[2] in free or isinstance(written, float)
    return [] if is_free or written == real else [f"{path} is written as {written!r}, but is {real!r}"]


def of_objects(path, written, real, free):
    """The differences of two objects."""
    if written.keys() != real.keys():
        return [f"{path or 'it'} is written with {', '.join(written)}, but has {', '.join(real)}"]
    return [
        difference for name in written
        for difference in of_values(f"{path}.{name}".lstrip("."), written[name], real[name], free)
    ]


def of_lists(path, written, real, free):
    """The differences of two lists."""
    if len(written) != len(real):
        return [f"{path or 'it'} is written with {len(written)} entries, but has {len(real)}"]
    return [
        difference for number, pair in enumerate(zip(written, real))
        for difference in of_values(f"{path}.{number}".lstrip("."), *pair, free)
    ]


def of_texts(path, written, real):
    """The difference of two texts, if they differ."""
    pattern = ".*".join(re.escape(piece) for piece in evened(written).split("…"))
    if re.fullmatch(pattern, evened(real), re.DOTALL):
        return []
    return [f"{path + ': ' if path else ''}{written!r} is written, but it is {real!r}"]


def evened(text):
    """A text without what is another one each time."""
    for pattern, placeholder in VARYING:
        text = pattern.sub(placeholder, text)
    return text
