"""Measurements, run as `make bench-NAME`: progress for people, then one line of JSON with every figure by name."""
