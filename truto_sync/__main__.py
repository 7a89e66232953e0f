"""`python -m truto_sync`."""

import sys

from truto_sync._cli.main import main

sys.exit(main(name="python -m truto_sync"))
