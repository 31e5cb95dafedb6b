"""What counts: text, topic, verdict and identity of an item."""
