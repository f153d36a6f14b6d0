"""What nobody has thought of: calls and forms filled in by chance, from their own descriptions."""
