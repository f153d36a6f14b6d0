"""Events as a table and a doorbell: published with their cause, handled with their effect."""
