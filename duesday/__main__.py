"""Where `duesday` and `python -m duesday` begin."""

from duesday.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
