"""The rules of time: windows, free slots, and what falls due."""
