"""The roof of Samspel: the commands, the supervisor of `run` and the embedded servers."""
