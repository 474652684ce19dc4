"""Heals: what is certainly wrong in a cell becomes a named step of the recipe, never a guess."""
