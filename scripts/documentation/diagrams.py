"""The diagrams in docs/diagrams: each is drawn from a source beside it, and says from which.

Graphviz of another version places things elsewhere, so pictures are not compared with one another. Each has
the digest of what it was drawn from in it; that of the source as it is now must be the same.
"""

import hashlib
import re
import subprocess
import tomllib

FOLDER = "docs/diagrams"
CHINESE = "zh-CN"
DEFAULTS = {
    "-G": ["bgcolor=transparent", "fontname=Helvetica,Arial,sans-serif", "fontsize=12", "pad=0.25", "style=rounded"],
    "-N": ["fontname=Helvetica,Arial,sans-serif", "fontsize=12", "margin=0.16,0.09", "shape=box", "style=rounded"],
    "-E": ["fontname=Helvetica,Arial,sans-serif", "fontsize=11"],
}


def sources(root):
    """The sources of all diagrams; those with Chinese words are in a folder of their own."""
    return sorted((root / FOLDER).glob("**/*.dot"))


def style(root):
    """What gives all of them their colours."""
    return (root / FOLDER / "style.css").read_text()


def digest(source, style):
    """The name of what a diagram is drawn from."""
    return hashlib.sha256(f"{source}\0{style}".encode()).hexdigest()


def words(source):
    """The title of a diagram and its description: the comment at the beginning of its source."""
    comment = re.match(r"(?://.*\n)+", source)
    lines = [line.removeprefix("//").strip() for line in comment[0].splitlines()] if comment else []
    if len(lines) < 2:
        raise ValueError("a title and a description are wanted, as a comment at the beginning")
    return lines[0], " ".join(lines[1:])


def draw(source, style):
    """The SVG of a source."""
    defaults = [f"{kind}{value}" for kind, values in DEFAULTS.items() for value in values]
    drawn = subprocess.run(
        ["dot", "-Tsvg", *defaults], input=source, capture_output=True, check=True, text=True,
    ).stdout
    return dress(drawn, words(source), style, digest(source, style))


def dress(drawn, words, style, digest):
    """What Graphviz drew, with a title, a description, colours, a ground, and where it comes from."""
    # Its own comments have its version in them, and its titles are the names of nodes.
    drawn = re.sub(r"<!--.*?-->\n?|<title>.*?</title>\n?", "", drawn, flags=re.DOTALL)
    body = drawn[drawn.index("<g "):]
    size = re.search(r'width="(\d+)pt" height="(\d+)pt"', drawn)
    view = re.search(r'viewBox="[^"]+"', drawn)[0]
    title, description = (escape(text) for text in words)
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size[1]}pt" height="{size[2]}pt" {view}'
        ' role="img" aria-labelledby="title description">',
        f'<title id="title">{title}</title>',
        f'<desc id="description">{description}</desc>',
        f"<!-- drawn from {digest} -->",
        f"<style>\n{style}</style>",
        '<rect class="paper" x="0.5" y="0.5" width="99.8%" height="99.8%" rx="8"/>',
        body,
    ])


def escape(text):
    """A text as it stands in XML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def complaints(root, _pages):
    """Diagrams that were not drawn from their sources, and arrows between crates that there are not."""
    colours = style(root)
    for source in sources(root):
        name = source.relative_to(root)
        picture = source.with_suffix(".svg")
        drawn = picture.read_text() if picture.exists() else ""
        if f"<!-- drawn from {digest(source.read_text(), colours)} -->" not in drawn:
            yield f"{name}: scripts/diagrams was not run since it changed"
        if source.parent.name == CHINESE and not is_alike(source, source.parents[1] / source.name):
            yield f"{name}: is another diagram than in English"
    for picture in sorted((root / FOLDER).glob("**/*.svg")):
        if not picture.with_suffix(".dot").exists():
            yield f"{picture.relative_to(root)}: has no source"
    drawn, real = arrows((root / FOLDER / "crates.dot").read_text()), dependencies(root)
    for user, used in sorted(drawn ^ real):
        what = "has no arrow" if (user, used) in real else "has an arrow too many"
        yield f"{FOLDER}/crates.dot: {what} from {user} to {used}"


def is_alike(source, original):
    """Whether two sources are the same but for their words."""
    return original.exists() and shape(source.read_text()) == shape(original.read_text())


def shape(source):
    """A source without its words."""
    return re.sub(r'^//.*\n|(?<=label = )(?:"[^"]*"|<(?:[^<>]|<[^<>]*>)*>)', "", source, flags=re.MULTILINE)


def arrows(source):
    """Which crates use which, as the diagram says."""
    return set(re.findall(r'"([\w-]+)" -> "([\w-]+)"', source))


def dependencies(root):
    """Which crates use which, as they say themselves, tests included."""
    found = set()
    for file in [*root.glob("crates/*/Cargo.toml"), *root.glob("bin/*/Cargo.toml")]:
        crate = tomllib.loads(file.read_text())
        user = crate["package"]["name"]
        for used in {**crate.get("dependencies", {}), **crate.get("dev-dependencies", {})}:
            # For its own tests a crate may ask for itself with more features.
            if used.startswith("sms-") and used != user:
                found.add((user, used))
    return found
