"""The allocation laboratory: one round of placing applicants by score and choice.

The package knows no web server, no database and no county by name.  It reads a frozen
instance, finds the one outcome its published rules lead to, and proves it.  The rule in
public words, the file formats and what is proven stand in ``docs/allocation.md``.
"""
