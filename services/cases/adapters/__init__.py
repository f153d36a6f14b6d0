"""What the case service's ports are implemented with."""
