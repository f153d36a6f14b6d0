"""The pages of those who sign in: staff, administrators, IT."""
