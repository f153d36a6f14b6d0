"""The notifier's pure rules: who is told what, in which words, and whether it may still go."""
