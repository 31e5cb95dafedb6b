"""Pictures of stories, fetched once for all readers and kept for a while."""
