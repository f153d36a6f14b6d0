"""`python -m samspel.mailbox`: starts the mailbox."""

import sys

from samspel.mailbox.server import main

if __name__ == "__main__":
    sys.exit(main())
