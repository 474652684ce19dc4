"""Vern's Migration API, typed."""
