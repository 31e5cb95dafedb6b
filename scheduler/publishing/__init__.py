"""From the store to readers: files in a folder, and the library behind the web server."""
