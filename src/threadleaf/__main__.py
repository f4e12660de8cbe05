"""`python -m threadleaf` is the command `threadleaf`."""

from threadleaf.cli import main

if __name__ == "__main__":
    main()
