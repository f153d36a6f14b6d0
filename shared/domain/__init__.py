"""The pure rules that more than one service asks: values in, values out."""
