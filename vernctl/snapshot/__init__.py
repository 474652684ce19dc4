"""Previews in canonical form: sheets, digest, files on disk."""
