"""How a command ends, as a number for scripts."""

DONE = 0
SOME_FAILED = 1
WRONG_USE = 2
STORE_UNUSABLE = 3
DEFECT = 70
INTERRUPTED = 130
PIPE_CLOSED = 141

MEANINGS = {
    DONE: "Done.",
    SOME_FAILED: "Done, but some sources failed (`fetch`, `sources check`), a sample did not arrive "
    "(`notify test`), or something wants mending (`topic lint --strict`).",
    WRONG_USE: "Wrong use: an argument, the configuration, the topic file or a given file is wrong, or the "
    "output can not be written; one sentence per mistake says which.",
    STORE_UNUSABLE: "The store can not be used: locked, damaged, foreign, or made by a newer moonwire.",
    DEFECT: "A defect of moonwire itself; `moonwire -v` (or MOONWIRE_DEBUG=1) shows the traceback to report.",
    INTERRUPTED: "Interrupted from the keyboard.",
    PIPE_CLOSED: "The program that read the output went away, as `head` does.",
}
