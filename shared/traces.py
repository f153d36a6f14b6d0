"""Traces, for who wants them: `pip install samspel[traces]` and SAMSPEL_OTLP_URL.

A span names a kind of work and holds ids, codes and counts alone (X3). Without the setting nothing
of OpenTelemetry is imported, and a span costs a function call.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter

Attribute = str | int
Tell = Callable[..., None]
Begin = Callable[[str, Mapping[str, Attribute]], AbstractContextManager[Tell]]


class TracesMissing(Exception):
    """The address of a collector is set and the extra isn't installed."""


def _nothing(_name: str, _attributes: Mapping[str, Attribute]) -> AbstractContextManager[Tell]:
    return nullcontext(_told_to_nobody)


def _told_to_nobody(**_attributes: Attribute) -> None:
    pass


_begun: list[Begin] = [_nothing]


def span(name: str, **attributes: Attribute) -> AbstractContextManager[Tell]:
    """Some work, from here to the end of the block; what it gives takes what is known later.

    An error that leaves it is told by its type alone.
    """
    return _begun[-1](name, attributes)


def begin(process: str, url: str) -> None:
    """Send spans to this collector (OTLP over HTTP) from now on. Raises TracesMissing."""
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 - an extra
            OTLPSpanExporter,
        )
    except ImportError:
        raise TracesMissing(
            "SAMSPEL_OTLP_URL is set, but the packages for traces aren't installed:"
            " pip install samspel[traces]. See docs/monitoring.md."
        ) from None
    _begun.append(_spans_of(provider(process, OTLPSpanExporter(endpoint=url))))


def provider(process: str, exporter: "SpanExporter") -> "TracerProvider":
    """Spans of this process, handed over some at a time by a thread of its own."""
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - an extra
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    made = TracerProvider(resource=Resource({"service.name": f"samspel-{process}"}))
    made.add_span_processor(BatchSpanProcessor(exporter))
    return made


@contextmanager
def sent_to(made: "TracerProvider") -> Iterator[None]:
    """Within the block, spans go there instead."""
    _begun.append(_spans_of(made))
    try:
        yield
    finally:
        _begun.pop()
        made.force_flush()


def _spans_of(made: "TracerProvider") -> Begin:
    tracer = made.get_tracer("samspel")

    @contextmanager
    def begun(name: str, attributes: Mapping[str, Attribute]) -> Iterator[Tell]:
        with tracer.start_as_current_span(
            name,
            attributes={f"samspel.{key}": value for key, value in attributes.items()},
            record_exception=False,  # its words may name people
            set_status_on_exception=False,
        ) as current:

            def tell(**more: Attribute) -> None:
                for key, value in more.items():
                    current.set_attribute(f"samspel.{key}", value)

            try:
                yield tell
            except Exception as error:
                tell(error=type(error).__name__)
                raise

    return begun
