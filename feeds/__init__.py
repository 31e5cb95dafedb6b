"""What a feed is: bytes in (`intake`), what counts (`curate`), bytes out (`publish`)."""
