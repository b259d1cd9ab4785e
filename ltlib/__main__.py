"""`python -m ltlib` is the `ltlib` command."""

from ltlib.cli import main

if __name__ == "__main__":
    main()
