"""A farm of invented feeds on this machine, to measure whole rounds of feed programs on."""
