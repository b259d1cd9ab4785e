"""`python -m ltlib` is the `ltlib` command."""

from ltlib.cli.commands import main

if __name__ == "__main__":
    main()
