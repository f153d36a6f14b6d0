"""What `samspel run` starts: which processes, in which order, in which environment."""

import secrets
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping

from samspel.demo_people import PEOPLE
from samspel.embedded import EmbeddedPostgres, EmbeddedValkey
from samspel.embedded.ground import Ground
from samspel.ports import LOOPBACK
from samspel.process import Process
from samspel.ready import http_ok, port_open
from samspel.settings import PROJECT, RunSettings

WORKERS = ("cases", "scheduler", "notifier")
# Celery's warning to root is meant for installations that last.
_QUIET = "ignore:You're running the worker with superuser privileges"


class House:
    """The processes of one installation with servers of its own."""

    def __init__(
        self, settings: RunSettings, ground: Ground, environment: Mapping[str, str]
    ) -> None:
        self.note = ground.note
        self._settings = settings
        self._inherited = environment
        self._postgres = EmbeddedPostgres(settings.home)
        self._valkey = EmbeddedValkey(settings.home)
        self._token = settings.demo_token or ground.kept("api-token", secrets.token_urlsafe)
        self._password = settings.demo_password or ground.kept("demo-password", _password)
        self._secret = ground.kept("secret-key", secrets.token_urlsafe)
        self._example_loaded = settings.home / "example-loaded"

    def prepare(self) -> None:
        """What must be done before anything is started: the data folders and free ports."""
        self._postgres.prepare()
        self._valkey.prepare()

    def stages(self) -> list[list[Process]]:
        """The order of the start: a line begins when all of the line before are ready."""
        web = self._settings.web.number
        example = self._settings.example and not self._example_loaded.exists()
        stages = [
            [self._postgres.process(), self._valkey.process()],
            [self._step("migrate", "samspel migrate"), *self._mailbox()],
            [
                self._step("import", "samspel import", self._settings.municipality),
                self._step("clock", f"samspel clock start {'--example' if example else ''}"),
            ],
            [
                self._service(
                    "web",
                    f"uvicorn services.cases.app:web --factory --host {LOOPBACK} --port {web}"
                    " --no-access-log --log-level warning",
                    ready=http_ok(web, "/healthz"),
                ),
                self._step("accounts", "samspel.demo_accounts"),
                *(
                    self._service(
                        name,
                        f"celery --quiet -A services.{name}.app:celery worker --pool solo"
                        f" -Q {name} -n {name}@%h --loglevel WARNING"
                        " --without-gossip --without-mingle --without-heartbeat",
                    )
                    for name in WORKERS
                ),
                self._service(
                    "inbound",
                    "services.notifier.inbound",
                    ready=port_open(self._settings.inbound.number),
                ),
                self._service(
                    "beat",
                    "celery --quiet -A shared.beat:celery beat --loglevel WARNING",
                ),
            ],
            [self._step("example", "samspel.example")] if example else [],
        ]
        return [stage for stage in stages if stage]

    async def ready(self) -> bool:
        """Whether a heartbeat has gone through all the services."""
        return await http_ok(self._settings.web.number, "/readyz")()

    def addresses(self) -> Iterator[str]:
        """What a person wants to know once everything is running."""
        settings, url = self._settings, self._public_url
        yield f"Startsida:  {url}/"
        if settings.smtp_url:
            yield f"Post:       lämnas till {_without_password(settings.smtp_url)}"
        else:
            yield f"Brevlåda:   {self._mailbox_url}"
        yield f"API:        {url}/api/v1  (beskrivning: {url}/docs)"
        yield f"Token:      {self._token}"
        yield f"Inloggning: {PEOPLE[0]}, lösenord {self._password}  (fler på {url}/logga-in)"
        yield "Samspel är igång. Ctrl-C avslutar."

    def remember_the_example(self) -> None:
        """Note that the example has been loaded, which is done once."""
        if self._settings.example:
            self._example_loaded.touch()

    @property
    def _public_url(self) -> str:
        return f"http://{LOOPBACK}:{self._settings.web.number}"

    @property
    def _environment(self) -> dict[str, str]:
        settings = self._settings
        clock = {"SAMSPEL_CLOCK": settings.clock.isoformat()} if settings.clock else {}
        return {
            "SAMSPEL_LOG": "text",
            **self._inherited,
            **clock,
            "PYTHONUNBUFFERED": "1",
            "PYTHONWARNINGS": _QUIET,
            "SAMSPEL_HOME": str(settings.home),
            "SAMSPEL_KEEP": str(settings.home / "keep"),
            "SAMSPEL_DATABASE_URL": self._postgres.url,
            "SAMSPEL_BROKER_URL": self._valkey.url,
            "SAMSPEL_SMTP_URL": settings.smtp_url or f"smtp://{LOOPBACK}:{settings.smtp.number}",
            "SAMSPEL_INBOUND_HOST": LOOPBACK,
            "SAMSPEL_INBOUND_PORT": str(settings.inbound.number),
            "SAMSPEL_PUBLIC_URL": self._public_url,
            "SAMSPEL_SECRET_KEY": self._secret,
            "SAMSPEL_MUNICIPALITY": str(settings.municipality),
            "SAMSPEL_DEMO": "1",
            "SAMSPEL_API_TOKEN": self._token,
            "SAMSPEL_DEMO_PASSWORD": self._password,
            "SAMSPEL_MAILBOX_URL": "" if settings.smtp_url else self._mailbox_url,
        }

    @property
    def _mailbox_url(self) -> str:
        return f"http://{LOOPBACK}:{self._settings.mailbox.number}/"

    def _mailbox(self) -> list[Process]:
        settings = self._settings
        if settings.smtp_url:
            return []
        ports = f"--smtp-port {settings.smtp.number} --http-port {settings.mailbox.number}"
        command = f"samspel.mailbox {ports} --store"
        ready = port_open(settings.smtp.number)
        return [self._service("mailbox", command, settings.home / "mailbox", ready=ready)]

    def _step(self, name: str, command: str, *paths: object) -> Process:
        return self._service(name, command, *paths, once=True)

    def _service(
        self,
        name: str,
        command: str,
        *paths: object,
        ready: Callable[[], Awaitable[bool]] | None = None,
        once: bool = False,
    ) -> Process:
        """A Python module with its arguments; paths apart, since they may have spaces."""
        return Process(
            name=name,
            command=(sys.executable, "-m", *command.split(), *map(str, paths)),
            env=self._environment,
            cwd=PROJECT,
            ready=ready,
            once=once,
        )


def _password() -> str:
    """Easy to type, and nobody else's."""
    return "-".join(secrets.token_hex(2) for _ in range(3))


def _without_password(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"
