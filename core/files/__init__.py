"""Files from outside: the gate they pass, and the store they rest in."""
