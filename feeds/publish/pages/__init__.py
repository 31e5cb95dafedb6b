"""Stories as pages for people."""
