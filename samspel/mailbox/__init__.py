"""The local mailbox of `make run`: receives every mail by SMTP and shows it, by Mailpit's calls."""
