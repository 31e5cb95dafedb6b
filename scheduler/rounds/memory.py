"""Memory: one pool, for what eight threads free must be of use to all; garbage, once there may be some."""

import gc

_ARENA_MAX = -8
"""M_ARENA_MAX of glibc's malloc.h."""

_SELDOM = (20_000, 20, 20)
"""Objects, and looks at the younger ones, between two looks for garbage: with Python's 700, 10 and 10 they
took 7 % of the reading of new documents, and hardly anything that reading leaves behind is circular."""


def share_pools() -> None:
    """Let all threads take memory from one pool, where the C library is glibc; else do nothing.

    By default each thread gets its own, and pages that one has freed are of no use to the next: a round
    over 200 new feeds held 94 MiB at its peak, with one pool 84. Threads of ours hold the interpreter's
    lock while they allocate, so they have nothing to gain from more pools.
    """
    import ctypes  # noqa: PLC0415 # of use to who fetches only

    try:
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)
    except (OSError, AttributeError, TypeError):  # musl, macOS, Windows
        return


def look_for_garbage() -> None:
    """Let the garbage collector begin, from here on, where the entry point has kept it from working.

    What is loaded by now stays to the end. Looking through it again and again took a seventh of an
    unchanged round.
    """
    if not gc.isenabled():
        gc.freeze()
        gc.set_threshold(*_SELDOM)
        gc.enable()
