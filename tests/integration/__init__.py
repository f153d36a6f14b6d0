"""Parts of Samspel with the real servers they work with."""
