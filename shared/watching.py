"""How a process begins to be watched: its log, and its traces where they are wanted."""

from celery.signals import beat_init, setup_logging

from shared import logs, traces
from shared.settings import SettingsError, WatchSettings


def begin(process: str) -> None:
    """As the environment has it. Raises SettingsError."""
    settings = WatchSettings.read()
    logs.begin(process, settings.log)
    logs.watch_threads()
    if settings.otlp_url:
        try:
            traces.begin(process, settings.otlp_url)
        except traces.TracesMissing as error:
            raise SettingsError(str(error)) from None


def begin_in_workers(process: str) -> None:
    """The same in the workers of an application, in place of Celery's own log; and in its beat."""

    def begun(**_: object) -> None:
        begin(process)

    def begun_as_beat(**_: object) -> None:
        logs.begin("beat", WatchSettings.read().log)

    setup_logging.connect(begun, weak=False)
    beat_init.connect(begun_as_beat, weak=False)
