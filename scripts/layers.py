"""Draws the picture of the layers from the table in the article on the architecture; used by scripts/generate."""

import re

WIDTH, ROW, BOX = 1090, 92, 34
# The middle of each box: below it there is room for the arrows that pass.
CENTRES = {
    "memsh": 540, "Shell": 350, "MemoryServices": 350, "MemoryStore": 350, "PostgresDriver": 535, "SQLiteDriver": 705,
    "MemorySources": 860, "Embeddings": 1005, "Database": 430, "LineEditor": 85, "MemoryModel": 525,
    "PostgresClient": 740, "HTTPClient": 905, "LazyLibraries": 820, "CLibEdit": 85, "Kernels": 622, "CLibPQ": 760,
    "CLibCurl": 880,
}
ROWS = range(8, 0, -1)


def table(article):
    """The targets of the table: name to row and imports, in their order."""
    rows = re.findall(r"^\| (\d) \| `(\w+)` \|.*\| ((?:`\w+` ?)*)\|$", article, re.MULTILINE)
    return {name: (int(row), re.findall(r"`(\w+)`", imports)) for row, name, imports in rows}


def direct(targets):
    """The imports that no other import brings along."""
    def reach(name):
        return set().union(*({one} | reach(one) for one in targets[name][1])) if targets[name][1] else set()

    return {name: [one for one in imports if not any(one in reach(other) for other in imports if other != one)]
            for name, (_, imports) in targets.items()}


def picture(article):
    """The picture, as SVG that is readable on a light and on a dark page."""
    targets = table(article)
    arrows = direct(targets)
    widths = {name: 8.6 * len(name) + 22 for name in targets}
    boxes = {name: (CENTRES[name] - width / 2, width) for name, width in widths.items()}
    top = {row: 16 + (8 - row) * ROW for row in ROWS}
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top[1] + BOX + 22}" '
        'font-family="ui-monospace, Menlo, Consolas, monospace" font-size="15">',
        "<title>The layers of memsh: each target imports only what stands below it</title>",
        '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto"><path d="M0 0 L8 4 L0 8 z" fill="#8a8f98"/></marker></defs>',
        f'<rect width="{WIDTH}" height="{top[1] + BOX + 22}" rx="10" fill="#ffffff"/>',
    ]
    for row in ROWS:
        lines.append(f'<text x="12" y="{top[row] + 12}" font-size="11" fill="#9aa0aa">{row}</text>')
    for name, imports in arrows.items():
        left, width = boxes[name]
        for index, other in enumerate(sorted(imports, key=CENTRES.get)):
            start, end = left + width * (index + 1) / (len(imports) + 1), CENTRES[other]
            high, low = top[targets[name][0]] + BOX, top[targets[other][0]] - 2
            # Across in the gap below the box, then straight down.
            turned = high + ROW - BOX - 6
            lines.append(
                f'<path d="M{start:.0f} {high} C{start:.0f} {high + 40} {end:.0f} {turned - 40} {end:.0f} {turned} '
                f'V{low}" fill="none" stroke="#8a8f98" stroke-width="1.3" marker-end="url(#head)"/>')
    for name, (left, width) in boxes.items():
        y = top[targets[name][0]]
        lines.append(
            f'<rect x="{left:.0f}" y="{y}" width="{width:.0f}" height="{BOX}" rx="6" fill="#eef3fb" stroke="#3b6fb6"/>')
        lines.append(
            f'<text x="{left + width / 2:.0f}" y="{y + 22}" text-anchor="middle" fill="#16263f">{name}</text>')
    return "\n".join(lines + ["</svg>"]) + "\n"
