"""Answers to requests: prepared bytes, questions to the library, the operator's desk."""
