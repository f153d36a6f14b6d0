"""How fast it is, as ratios against the same work done bare on the same machine in the same run."""
