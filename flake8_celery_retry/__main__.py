"""``python -m flake8_celery_retry``: the command without its script."""

import sys

from .command.cli import main

if __name__ == "__main__":
    sys.exit(main())
