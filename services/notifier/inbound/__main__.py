"""Takes mail in, until it's told to end: `python -m services.notifier.inbound`."""

from shared.settings import SettingsError


def main() -> None:
    """What is wrong with the settings is one line."""
    try:
        from services.notifier.app import receive  # noqa: PLC0415 - it reads the settings
    except SettingsError as error:
        raise SystemExit(str(error)) from None
    receive()


if __name__ == "__main__":
    main()
