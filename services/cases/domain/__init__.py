"""The rules of cases: values in, values out."""
