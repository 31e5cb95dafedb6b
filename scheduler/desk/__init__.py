"""What the operator does, from the command line and from the pages: one way to the store."""
