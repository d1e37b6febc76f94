"""Papers the house issues: what they say, how they look, and how anyone can check them."""
