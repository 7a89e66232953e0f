"""`python -m truto_sync`."""

import sys

from truto_sync._cli import main

if __name__ == "__main__":
    sys.exit(main())
