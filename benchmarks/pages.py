"""How heavy the pages of the built book are, and how soon a reader can use them.

    python -m benchmarks.pages [--site _build/source/_build/html] [--repeats 3]

Every page is opened in a headless Chromium with nothing in its cache, as often as asked; the
median is told. A page can be used once it has loaded and no task has kept it busy for 50 ms or
more in the second after. Exit status 1 when a limit is not kept.
"""

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from tests.support.markup import read_site
from tests.support.pages import open_browser
from tests.support.visits import served, visit

LIMIT_MS = 2000
LIMIT_BYTES = 3_000_000
QUIET_MS = 1000


def measure(site: Path, repeats: int) -> dict[str, tuple[float, int]]:
    """Milliseconds until it can be used, and bytes, of every page of the site."""
    pages = [page for page, markup in read_site(site).items() if not markup.sends_on]
    measured = {}
    with tempfile.TemporaryDirectory() as profile, served(site) as home:
        browser = open_browser(Path(profile))
        try:
            for page in pages:
                visits = [
                    visit(browser, home + page, "light", 1280, quiet=QUIET_MS)
                    for _ in range(repeats)
                ]
                milliseconds = statistics.median(v.interactive for v in visits)
                measured[page] = (milliseconds, max(v.weight for v in visits))
        finally:
            browser.quit()
    return measured


def main() -> None:
    """Measure, print the heaviest first, and judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--site", type=Path, default=Path("_build/source/_build/html"))
    parser.add_argument("--repeats", type=int, default=3)
    given = parser.parse_args()
    if not (given.site / "search.html").exists():
        sys.exit(f"error: {given.site}: no built book there; run `make book`, or name it: --site")
    measured = measure(given.site, given.repeats)
    print(f"{'page':40} {'usable after':>12} {'weight':>10}")
    for page, (milliseconds, weight) in sorted(measured.items(), key=lambda item: -item[1][1]):
        print(f"{page:40} {milliseconds:9.0f} ms {weight / 1e6:7.2f} MB")
    print(f"{'limit':40} {LIMIT_MS:9} ms {LIMIT_BYTES / 1e6:7.2f} MB")
    sys.exit(any(ms >= LIMIT_MS or weight >= LIMIT_BYTES for ms, weight in measured.values()))


if __name__ == "__main__":
    main()
