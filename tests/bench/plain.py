"""A worker of the notifier without Celery: the same rounds in a loop, until it is told to end."""

import signal
import time
from threading import Event

from services.notifier.app import Notifier
from services.notifier.settings import Settings
from services.notifier.tasks import a_round
from shared.settled import settled

_REST_SECONDS = 0.005


def main() -> None:
    ended = Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    notifier = settled(Notifier(Settings.read()))
    while not ended.is_set():
        if not a_round(notifier.deliveries, notifier.claims, notifier.sender, notifier.intake):
            time.sleep(_REST_SECONDS)
    notifier.close()


if __name__ == "__main__":
    main()
