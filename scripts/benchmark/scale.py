"""How cost and memory grow with what is kept, who is connected, and how many serve."""

import footprint
import instances
import pending
import redis_memory
import table

# What can be measured alone, by name.
PARTS = {
    "pending": (pending, True),
    "memory": (redis_memory, False),
    "footprint": (footprint, False),
    "instances": (instances, True),
}


def measure(parts, binaries, settings, count, as_markdown):
    """Measures the parts; prints the table of each and gives its figures as soon as it is done."""
    for name in parts:
        part, takes_rounds = PARTS[name]
        seen = part.measure(binaries, settings, *([count] if takes_rounds else []))
        print(table.text(part.HEAD, part.rows(seen), as_markdown), end="\n\n", flush=True)
        yield name, seen
