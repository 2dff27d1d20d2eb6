"""``python -m eqtest`` is the command ``eqtest``."""

import sys

from eqtest.cli import main

sys.exit(main())
