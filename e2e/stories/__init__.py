"""What strangers do with a running service, a story a file; see run.py."""
