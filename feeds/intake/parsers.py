"""What the server of reading processes loads, once for all of them. Nobody else imports this.

Nothing of it is garbage, neither here nor in what is forked from here.
"""

import gc

gc.disable()

import feeds.intake.full  # noqa: E402 # with the collector off
import feeds.intake.read  # noqa: E402 # as above
import feeds.intake.worker  # noqa: E402, F401 # as above

gc.freeze()
