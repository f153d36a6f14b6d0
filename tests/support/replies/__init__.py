"""Mails that come in, shaped as the programs shape them that send them. All people are made up."""
