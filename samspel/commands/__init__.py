"""The groups of commands of `samspel`; each imports what it alone needs, when it is run."""
