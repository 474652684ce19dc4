"""The companies dialect, in which one run maps and imports: approved first, seen afterwards."""
