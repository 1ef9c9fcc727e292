"""Records where a program allocates, and reads what the profilers wrote."""
