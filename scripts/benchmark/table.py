"""Rows of text as a table: for a terminal, or as Markdown for the documentation."""


def plain(head, rows):
    """Columns as wide as they have to be, of words to the left, of figures to the right."""
    columns = range(len(head))
    widths = [max(len(row[column]) for row in [head, *rows]) for column in columns]
    has_words = [any(" " in row[column] for row in rows) or not column for column in columns]
    lines = [head, ["-" * width for width in widths], *rows]
    return "\n".join(
        "  ".join(cell.ljust(width) if has_words[at] else cell.rjust(width)
                  for at, (cell, width) in enumerate(zip(line, widths))).rstrip()
        for line in lines)


def markdown(head, rows):
    """The same in Markdown."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def text(head, rows, as_markdown):
    """One of the two."""
    rows = [[str(cell) for cell in row] for row in rows]
    return (markdown if as_markdown else plain)(head, rows)
