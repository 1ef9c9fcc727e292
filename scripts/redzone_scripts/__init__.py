"""What the Python commands in scripts/ are made of; nothing here is a command by itself."""
