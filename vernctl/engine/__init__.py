"""The import engine: files and templates in, recipe, questions and sheets out. No HTTP in it.

Determinism is its contract: the result depends on files, templates, knowledge, messages and
answers alone; never on order of arrival, clock, locale, hash seed, threads or folder.
"""

#: Raised when the same inputs may give other cells than before; it is a cause in a plan.
ENGINE_VERSION = 1
