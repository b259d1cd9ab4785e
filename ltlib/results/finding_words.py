"""The words of `ltlib.results.finding`, by the side that a difference is told to lie on.

1 and −1: above zero or below; 3 and −3: it seems so; 2 and −2: one chain has it so; 0: neither.
"""

UNTOLD = ", as far as can be told,"
ALONE = ", in one chain a domain,"
SEEMS = ", it seems,"
LITTLE = "by less than a point"  # the margin of "alike"
TRAINS = {
    3: f"better{SEEMS}",
    -3: f"worse{SEEMS}",
    2: f"better{ALONE}",
    -2: f"worse{ALONE}",
    1: "better",
    -1: "worse",
    0: f"neither better nor worse{UNTOLD}",
}
LACKING = {
    "places": "Masks in random places were not run.",
    "moving": "No ticket was moved beside the target’s own.",
    "values": "Tickets with random values were not run beside those with their own.",
}
IS = {
    2: f"more accurate{ALONE}",
    -2: f"less accurate{ALONE}",
    1: "more accurate",
    -1: "less accurate",
    0: f"neither more nor less accurate{UNTOLD}",
}
SENTENCES = {  # how each begins, its words, and what is compared with
    "places": ("A mask from another domain trains", TRAINS, "than one in random places"),
    "moving": ("A moved ticket is", IS, "than the target’s own"),
    "values": (
        "In its own domain a ticket with its initial values is",
        IS,
        "than one with random values",
    ),
}
ASKED = {
    "places": "it matters where the surviving weights lie",
    "moving": "a ticket found elsewhere is as good as a domain’s own",
    "values": "initial values matter",
}
IN_SHORT = {  # no difference, and what one to either side means
    "places": {
        0: "where the surviving weights lie makes no difference that can be told",
        3: "where the surviving weights lie seems to matter",
        -3: "random places seem to be better",
        1: "where the surviving weights lie matters",
        -1: "random places are better",
    },
    "moving": {
        0: "a ticket found elsewhere is as good as a domain’s own, as far as can be told",
        1: "a ticket found elsewhere is more accurate than a domain’s own",
        -1: "a ticket found elsewhere is less accurate than a domain’s own",
    },
    "values": {
        0: "initial values make no difference that can be told",
        1: "initial values are better than random ones",
        -1: "random values are better than initial ones",
    },
}
