"""An invented zone to look at: built by the operations the pages use, served on this machine only.

``python -m demo`` builds it once and serves it; nothing of the product imports this package.
"""
