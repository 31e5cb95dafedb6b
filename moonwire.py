"""moonwire: the news wire on the lunar station.

The only name a wheel installs. In a wheel the packages lie under `moonwire/_app`, which goes first
on the path; in a checkout they lie beside this file.
"""

import gc
import os
import sys
from pathlib import Path

_APP = Path(__file__).resolve().parent / "_app"
if _APP.is_dir() and str(_APP) not in sys.path:
    sys.path.insert(0, str(_APP))

from scheduler.version import __version__  # noqa: E402 # the path is set just above

__all__ = ["__version__", "main"]


def main() -> None:
    """Run the command line; ends the process with the documented exit code."""
    gc.disable()  # until what is needed is loaded: nothing of that is garbage (scheduler.rounds.memory)
    try:
        from feeds import lean  # noqa: PLC0415 # the path is set just above

        lean.load(
            "traceback", "logging", later={"textwrap": "", "tokenize": ""}
        )  # used where an error is shown
        from scheduler.cli import main as run  # noqa: PLC0415 # as above

        run()
    except KeyboardInterrupt:  # while it still loads: once it runs, the command line itself says how it ended
        os._exit(130)


if __name__ == "__main__":
    main()
