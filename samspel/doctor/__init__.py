"""`samspel doctor`: whether everything that Samspel rests on is as it should be, and what to do.

Each check is a module's function: given what it needs, it yields findings. None knows of another,
each has its own time, and none says a secret, an address of a person or the words of an error.
"""
