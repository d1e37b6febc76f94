"""``python -m allocation``: the command line of the laboratory."""

import sys

from allocation.cli import main

if __name__ == "__main__":
    sys.exit(main())
