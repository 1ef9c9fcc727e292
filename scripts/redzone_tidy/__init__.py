"""The program behind scripts/tidy. Python 3.9 and its standard library."""
