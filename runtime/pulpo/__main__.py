"""``python -m pulpo`` is the command ``pulpo``."""

from pulpo.cli import main

if __name__ == "__main__":
    main(prog_name="pulpo")
