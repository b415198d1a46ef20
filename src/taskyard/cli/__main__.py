"""`python -m taskyard.cli`: the same as `taskyard`."""

from taskyard.cli.main import main

if __name__ == "__main__":
    main()
