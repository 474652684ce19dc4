"""From a model to a string: text, Markdown and JSON. Pure functions, no clock, no terminal."""
