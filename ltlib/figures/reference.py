"""How firm the full model is, to be read."""

import pandas as pd

from ltlib.figures.tables import Table, percent
from ltlib.results.reference import reference
from ltlib.results.words import in_points, with_interval


def reference_table(default: pd.DataFrame, more: pd.DataFrame, caption: str) -> Table:
    """What `reference` gives: accuracies in percent, deviations and leads in points.

    Raises:
        InputError: as `reference`.
    """
    found = reference(default, more)
    chains, draws = int(found["chains"].iloc[0]), int(found["draws"].iloc[0])
    shown = pd.DataFrame(
        {
            "domain": found["domain"],
            f"full model, {chains} chains": found["of_chains"].map(percent),
            f"{draws - chains} other draws": found["of_others"].map(percent),
            "deviation (points)": [in_points(d).lstrip("+") for d in found["deviation"]],
            "tickets lead their own (points)": _leads(found, ""),
            f"tickets lead all {draws} (points)": _leads(found, "_all"),
        }
    )
    return Table(shown.set_index("domain"), caption)


def _leads(found: pd.DataFrame, name: str) -> list[str]:
    columns = [f"lead{name}", f"low{name}", f"high{name}"]
    return [with_interval(*row) for row in found[columns].itertuples(index=False)]
