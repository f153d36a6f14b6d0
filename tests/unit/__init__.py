"""Tests of the pure rules: values in, values out."""
