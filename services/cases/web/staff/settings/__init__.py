"""The settings: people and posts, school years, routines, keys, accounts; for administrators."""
