"""What items are judged by, what was learned, and judging stored items again."""
