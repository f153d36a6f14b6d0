"""The scheduler's pure rules: values in, values out."""
