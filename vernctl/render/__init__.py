"""From a model to a string: text, Markdown, JSON, CSV, HTML. Pure: no clock, no terminal."""
