"""`python -m adcompile`."""

import sys

from adcompile.cli import main

if __name__ == "__main__":
    sys.exit(main())
