"""`make bench-api`: how fast the calls are that every phone makes, against floors and with ever more data."""
