"""The log of every process: a line of JSON for each record, and never what a record was about."""

import json
import logging
import re
import subprocess
import sys
from uuid import UUID

import psycopg
import pytest

from shared.logs import Form, Lines
from tests.conftest import ROOT

CASE = UUID("0f8fad5b-d9cb-469f-a165-70867728950e")
CANARIES = ("Kim Exempel", "20120304-2393", "Björkskolan", "hemlig-nyckel")
QUOTED = (
    "duplicate key value violates unique constraint\n"
    "DETAIL:  Key (name, number, school)=(Kim Exempel, 20120304-2393, Björkskolan) already exists."
)


def line(
    logger: str, message: object, *args: object, error: BaseException | None = None,
    form: Form = "json",
) -> str:  # fmt: skip
    trace = None if error is None else (type(error), error, error.__traceback__)
    values = args[0] if len(args) == 1 and isinstance(args[0], dict) else args
    record = logging.LogRecord(logger, logging.ERROR, "a.py", 1, message, values, trace)
    return Lines("notifier", form).format(record)


def raised() -> BaseException:
    """An error as PostgreSQL gives it: it quotes the row."""
    try:
        raise psycopg.errors.UniqueViolation(QUOTED)
    except psycopg.Error as error:
        return error


def test_a_record_is_one_line_of_json_with_its_time_in_UTC_its_service_and_its_ids() -> None:
    told = json.loads(line("services.cases.app", "case %s: %d tries", CASE, 3))
    assert told.pop("time").endswith("Z")
    assert told == {
        "level": "error",
        "service": "notifier",
        "logger": "services.cases.app",
        "message": f"case {CASE}: 3 tries",
        "ids": [str(CASE)],
    }


@pytest.mark.parametrize("form", ["json", "text"])
def test_X3_an_error_is_told_by_its_type_and_where_it_was_and_never_by_its_words(
    form: Form,
) -> None:
    error = raised()
    lines = [
        line("services.cases.app", "It failed.", error=error, form=form),
        line("services.cases.app", "It failed: %s", error, form=form),
        line("psycopg.pool", "error connecting in %r: %s", "hemlig-nyckel", error, form=form),
        line(
            "celery.app.trace",
            "Task %(name)s[%(id)s] %(description)s: %(exc)s",
            {"name": "cases.work", "id": "1", "description": "raised", "exc": repr(error)},
            error=error,
            form=form,
        ),
        line("asyncio", f"Task exception was never retrieved\nfuture: {error!r}", error=error,
             form=form),
        line("asyncio", f"Exception in callback Incoming.taken({error!r})", form=form),
        line("celery.worker.consumer.gossip", error, form=form),
        line("services.cases.app", error, form=form),
        line("celery.redirected", QUOTED, form=form),
        line("py.warnings", "/lib/a.py:7: UserWarning: Kim Exempel, 20120304-2393\n  warn()",
             form=form),
        line("uvicorn.access", '%s - "%s %s HTTP/%s" %d', "127.0.0.1", "GET", "/r/hemlig-nyckel",
             "1.1", 200, form=form),
    ]  # fmt: skip
    for one in lines:
        assert not [canary for canary in CANARIES if canary in one]
    assert "UniqueViolation 23505" in lines[0]
    assert "tests/unit/test_logs.py:" in lines[0]
    assert "UniqueViolation 23505" in lines[1]


@pytest.mark.parametrize("form", ["json", "text"])
def test_nothing_that_is_logged_can_look_like_a_line_of_its_own(form: Form) -> None:
    forged = 'x\n{"level": "info"}\r\x1b[31m\x85\u2028\udcff'
    one = line("services.cases.app", "code %s", forged, form=form)
    assert len(one.splitlines()) == 1
    assert one.isprintable()
    one.encode()


def test_a_template_that_does_not_fit_its_values_is_written_as_it_is() -> None:
    assert json.loads(line("some.library", "%d of %s", "Kim Exempel"))["message"] == "%d of %s"
    assert json.loads(line("services.cases.app", "100 %"))["message"] == "100 %"


def test_X3_a_text_that_a_library_may_have_put_together_is_told_by_where_it_was_said() -> None:
    def said(message: object) -> object:
        return json.loads(line("asyncio", message))["message"]

    assert said("Exception in callback Kim Exempel()") == "said at a.py:1"
    assert said("Task exception was never retrieved\nfuture: Kim") == (
        "Task exception was never retrieved"
    )
    assert said(raised()) == "UniqueViolation 23505"
    assert said({"name": "Kim Exempel"}) == "dict"


@pytest.mark.parametrize("below", ["", "/samspel", "/e-tjanster/samspel"])
def test_X13_the_web_server_we_show_masks_links_below_any_path(below: str) -> None:
    """As nginx does it: the first that fits a path counts."""
    shown = (ROOT / "deploy" / "nginx" / "samspel.conf").read_text()
    (pattern,) = re.findall(r"^    ~(\S+) \"/\$kind/…\";$", shown, re.MULTILINE)
    masked = re.compile(pattern.replace("(?<", "(?P<"))
    for kind in "ruf":
        found = masked.search(f"{below}/{kind}/hemlig-nyckel/svar")
        assert found is not None
        assert found["kind"] == kind
    assert not masked.search(f"{below}/arenden/1")


_PROGRAM = """
import logging, sys, threading, warnings
access = logging.getLogger("uvicorn.access")
access.addHandler(logging.StreamHandler(sys.stdout))
logging.getLogger().addHandler(logging.StreamHandler(sys.stdout))  # somebody else's
from shared import logs
logs.begin("trial", FORM)
logs.watch_threads()
access.error("GET /r/hemlig-nyckel")
logging.getLogger().removeHandler(logging.getLogger().handlers[0])
assert not access.hasHandlers()
class Left:
    def __del__(self):
        raise ValueError("Kim Exempel")
Left()
def fails():
    raise ValueError("Kim Exempel")
logging.getLogger("services.trial").warning("It begins.")
logging.getLogger("uvicorn.error").error("Exception in ASGI application: %s", "Kim Exempel")
warnings.warn("Kim Exempel")
one = threading.Thread(target=fails)
one.start()
one.join()
try:
    fails()
except ValueError as error:
    raise KeyError("Björkskolan") from error
"""


def test_X3_what_ends_a_process_or_a_thread_is_a_line_like_any_other() -> None:
    program = _PROGRAM.replace("FORM", "None")  # standard error is no terminal here
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert not [canary for canary in CANARIES if canary in done.stderr + done.stdout]
    told = [json.loads(one) for one in done.stderr.splitlines()]
    assert [one["message"] for one in told] == [
        "An error was left.",
        "It begins.",
        "Exception in ASGI application: …",
        "<string>:20: UserWarning",
        "A thread ends.",
        "The process ends.",
    ]
    assert [one.get("error") for one in told[4:]] == ["ValueError", "KeyError"]
    assert told[0]["error"] == "ValueError"
    assert done.stdout == ""
    assert {one["service"] for one in told} == {"trial"}


_WORKER = """
import logging
from celery.signals import beat_init
from shared.queue import celery_app
from shared.watching import begin_in_workers
app = celery_app("cases", "redis://127.0.0.1:9/0")
begin_in_workers("cases")
app.log.setup("INFO", redirect_stdouts=True)
told = {"name": 1, "exc": "Kim Exempel"}
logging.getLogger("celery.app.trace").error("Task %(name)s raised: %(exc)s", told)
logging.getLogger("celery.worker").info("less than a warning")
beat_init.send(None)
logging.getLogger("celery.beat").warning("beat: %s", "late")
"""


def test_workers_and_beat_write_as_everybody_in_place_of_celery_s_own_log() -> None:
    environment = {"PATH": "", "SAMSPEL_LOG": "json", "SAMSPEL_OTLP_URL": ""}
    done = subprocess.run(
        [sys.executable, "-c", _WORKER],
        cwd=ROOT, capture_output=True, text=True, check=False, env=environment,
    )  # fmt: skip
    told = [json.loads(one) for one in done.stderr.splitlines()]
    assert [(one["service"], one["message"]) for one in told] == [
        ("cases", "Task 1 raised: …"),
        ("beat", "beat: …"),
    ]
    assert done.stdout == ""
