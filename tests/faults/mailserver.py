"""The mail server of the fault harness: it remembers when what came, and answers as it is told.

It speaks STARTTLS with a certificate of its own authority, as a relay outside the machine would: a
sender that reaches it as `HOST` counts it as such (F5: no STARTTLS, an expired certificate).
"""

import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.smtp import Drop, Moment, Received, ScriptedServer, Step

# Loopback by what it resolves to, everywhere and without any DNS; but Samspel goes by the name
# alone, and sends nothing in clear to a host of this name.
HOST = "127.1"
Hook = Callable[[Moment], object]
Rule = Callable[[Moment], "Answer | None"]
Encryption = Literal["good", "expired", "none"]


@dataclass(frozen=True, slots=True)
class Say:
    """This reply. One of 4xx or 5xx at the dot: the mail isn't taken."""

    reply: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """The connection ends by RST. At the dot: with the mail `taken` or not, and nobody knows."""

    taken: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """All is well, after so many seconds (real time). At the dot the mail is taken before."""

    seconds: float


Answer = Say | HangUp | Wait


@dataclass(frozen=True, slots=True)
class Taken:
    """One mail that the server took on: `began`, `at`: monotonic, its first byte and its dot."""

    began: float
    at: float
    on: datetime
    session: int
    sender: str
    recipient: str
    content: bytes
    answered: bool = True  # the 250 was sent; else the sender can't know


@dataclass(slots=True, eq=False)
class ScriptedRule:
    """A rule that is in force, until it has answered `left` times or `end` is called."""

    rule: Rule
    left: int | None
    struck: list[Moment] = field(default_factory=list)
    first: threading.Event = field(default_factory=threading.Event)
    over: bool = False

    def end(self) -> None:
        """It answers nobody any more."""
        self.over = True


@dataclass(slots=True)
class MailServer(ScriptedServer):
    """A `ScriptedServer` for a whole run: rules and hooks come and go while it serves.

    `certificates`: a folder that `make_certificates` has filled; without: no STARTTLS, ever.
    """

    certificates: Path | None = None
    taken: list[Taken] = field(default_factory=list)
    began: list[tuple[float, Moment]] = field(default_factory=list)
    _begun: dict[int, float] = field(default_factory=dict)  # by session
    _rules: list[ScriptedRule] = field(default_factory=list)
    _hooks: list[tuple[Step, Hook]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.encrypt("good" if self.certificates else "none")

    @property
    def authority(self) -> Path | None:
        """What a sender has to trust (SAMSPEL_SMTP_CA)."""
        return self.certificates / "authority.pem" if self.certificates else None

    def encrypt(self, how: Encryption) -> None:
        """What is offered to connections from now on."""
        if how == "none" or self.certificates is None:
            self.tls = None
            return
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificates / f"{how}.pem")
        self.tls = context

    def script(self, rule: Rule, *, times: int | None = None) -> ScriptedRule:
        """Ask this at every step, before older rules; the first that answers counts."""
        scripted = ScriptedRule(rule, times)
        self._rules.insert(0, scripted)
        return scripted

    def on(self, step: Step, hook: Hook) -> Hook:
        """Called at each such step, before the answer, which waits for it; what `off` takes."""
        self._hooks.append((step, hook))
        return hook

    def off(self, hook: Hook) -> None:
        self._hooks = [one for one in self._hooks if one[1] is not hook]

    def calm(self) -> None:
        """No rule, no hook, a good certificate: as at the beginning."""
        self._rules.clear()
        self._hooks.clear()
        self.encrypt("good" if self.certificates else "none")

    async def answer_at(self, moment: Moment) -> str | None:
        for step, hook in list(self._hooks):
            if step == moment.step:
                await self.in_thread(lambda hook=hook: hook(moment))  # type: ignore[misc]
        answer = self._scripted(moment)
        takes = moment.step == "dot" and not isinstance(answer, Say)
        if takes and not (isinstance(answer, HangUp) and not answer.taken):
            self._take_on(moment, answered=not isinstance(answer, HangUp))
        if isinstance(answer, Say):
            return answer.reply
        if isinstance(answer, HangUp):
            raise Drop
        if isinstance(answer, Wait):
            await self.in_thread(lambda: time.sleep(answer.seconds))
        return await ScriptedServer.answer_at(self, moment)

    def content_begins(self, moment: Moment) -> None:
        self._begun[moment.session] = time.monotonic()
        self.began.append((self._begun[moment.session], moment))

    def _scripted(self, moment: Moment) -> Answer | None:
        self._rules = [one for one in self._rules if not one.over]
        for one in list(self._rules):
            answer = one.rule(moment)
            if answer is None:
                continue
            one.struck.append(moment)
            one.first.set()
            if one.left is not None:
                one.left -= 1
                one.over = one.left <= 0
            return answer
        return None

    def _take_on(self, moment: Moment, *, answered: bool) -> None:
        self.taken.append(
            Taken(
                began=self._begun.get(moment.session, 0.0),
                at=time.monotonic(),
                on=datetime.now(UTC),
                session=moment.session,
                sender=moment.sender,
                recipient=moment.recipient,
                content=moment.content,
                answered=answered,
            )
        )


def received(taken: Taken) -> Received:
    """As the helpers in `tests/support` take a mail."""
    return Received(taken.sender, taken.recipient, taken.content)


def make_certificates(folder: Path) -> Path:
    """An authority for `HOST`, and of it one certificate that holds and one that has expired."""
    folder.mkdir(parents=True, exist_ok=True)
    now, key = datetime.now(UTC), ec.generate_private_key(ec.SECP256R1())
    authority = _signed("Provmyndigheten", key, now, timedelta(days=30), None)
    (folder / "authority.pem").write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    issued = (authority, key)
    for name, begins in (("good", now), ("expired", now - timedelta(days=20))):
        own = ec.generate_private_key(ec.SECP256R1())
        made = _signed(HOST, own, begins - timedelta(days=1), timedelta(days=15), issued)
        private = own.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        (folder / f"{name}.pem").write_bytes(
            private + made.public_bytes(serialization.Encoding.PEM)
        )
    return folder


def _signed(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    begins: datetime,
    lasts: timedelta,
    issuer: tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signer = issuer[1] if issuer else key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[0].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins - timedelta(minutes=5))
        .not_valid_after(begins + lasts)
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
    )
    if issuer is None:
        builder = builder.add_extension(_may_sign(), critical=True)
    else:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False
        )
    return builder.sign(signer, hashes.SHA256())


def _may_sign() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
