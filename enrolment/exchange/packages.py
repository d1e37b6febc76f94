"""The package: a file that carries a bureau's list to another bureau without a line. Pure.

Four parts, one after the other: the line ``zone package 1``; the header, JSON on one line; the signature, Base64
on one line (Ed25519 over everything else); the sealed content. The content is sealed for one receiver: a fresh
X25519 key meets the receiver's, HKDF-SHA-256 makes an AES-256-GCM key of what they share, and the header is bound
to it as associated data (the construction of RFC 9180, with parts of the `cryptography` library). The format is
described in docs/exchange.md.
"""

import base64
import binascii
import datetime as dt
import enum
import hashlib
import json
import os
import re
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

MAGIC: Final = b"zone package 1"
MOST_BYTES: Final = 20 * 1024 * 1024
ENDING: Final = "zonepkg"
_KEY_MARK: Final = "zone-key-1"
_LONGEST_LINE: Final = 4096
_NONCE: Final = 12
_RAW: Final = 32


class Kind(enum.StrEnum):
    """What a package carries."""

    FILING = "filing"
    SCORES = "scores"
    RESULTS = "results"


class Fault(enum.StrEnum):
    """Why a package is refused; `words` says each in one sentence."""

    NO_PACKAGE = "no_package"
    UNSIGNED = "unsigned"
    WRONG_ADDRESS = "wrong_address"
    UNKNOWN_SENDER = "unknown_sender"
    ALTERED = "altered"
    OTHER_KEY = "other_key"
    REPLAYED = "replayed"
    OUT_OF_ORDER = "out_of_order"
    UNKNOWN_YEAR = "unknown_year"


class BadPackage(Exception):
    """A package that is not taken in; ``header`` is None where even that could not be read."""

    def __init__(self, fault: Fault, header: "Header | None" = None) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.header = header


class BadKey(ValueError):
    """A text that is no public key of a bureau."""


class Header(BaseModel):
    """What anybody may read of a package. ``previous`` is the SHA-256 of the package numbered one less."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    kind: Kind
    year: int = Field(ge=2000, le=2999)
    sender: str = Field(alias="from", pattern=r"^\d{6}$")
    receiver: str = Field(alias="to", pattern=r"^\d{6}$")
    number: int = Field(ge=1)
    previous: str = Field(pattern=r"^([0-9a-f]{64})?$")
    created_at: AwareDatetime
    content_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    sender_key: str = Field(pattern=r"^[0-9a-f]{64}$")
    receiver_key: str = Field(pattern=r"^[0-9a-f]{64}$")
    ephemeral: str = Field(pattern=r"^[A-Za-z0-9+/]{43}=$")

    def line(self) -> bytes:
        """The header as it stands in the file and is signed: sorted keys, no blanks."""
        fields = json.loads(self.model_dump_json(by_alias=True))
        return json.dumps(fields, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class PublicKeys:
    """A bureau's two public keys: one that its signatures are checked with, one that is sealed for."""

    signing: bytes
    sealing: bytes

    @property
    def fingerprint(self) -> str:
        """64 hex characters; two persons compare them over the telephone."""
        return hashlib.sha256(self.signing + self.sealing).hexdigest()

    def text(self, county: str) -> str:
        """One line to hand over: mark, county, both keys."""
        return f"{_KEY_MARK} {county} {base64.b64encode(self.signing + self.sealing).decode()}"

    @classmethod
    def read(cls, text: str) -> tuple[str, "PublicKeys"]:
        """The county and its keys of a line made by `text`; raises BadKey."""
        mark, county, encoded = (text.split() + ["", "", ""])[:3]
        try:
            raw = base64.b64decode(encoded, validate=True)
        except ValueError as error:
            raise BadKey from error
        if mark != _KEY_MARK or re.fullmatch(r"[0-9]{6}", county) is None or len(raw) != 2 * _RAW:
            raise BadKey
        return county, cls(raw[:_RAW], raw[_RAW:])


@dataclass(frozen=True, slots=True)
class PrivateKeys:
    """A bureau's own two private keys, 32 bytes each. They never leave the installation."""

    signing: bytes
    sealing: bytes

    @classmethod
    def new(cls) -> "PrivateKeys":
        """Fresh ones from the system's randomness."""
        return cls(Ed25519PrivateKey.generate().private_bytes_raw(), X25519PrivateKey.generate().private_bytes_raw())

    @property
    def public(self) -> PublicKeys:
        """The halves that others may know."""
        signing = Ed25519PrivateKey.from_private_bytes(self.signing).public_key()
        sealing = X25519PrivateKey.from_private_bytes(self.sealing).public_key()
        return PublicKeys(signing.public_bytes_raw(), sealing.public_bytes_raw())


@dataclass(frozen=True, slots=True)
class Letter:
    """What the sender states of a package before it is made."""

    kind: Kind
    year: int
    sender: str
    receiver: str
    number: int
    previous: str
    created_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Package:
    """A file taken apart; nothing of it has been checked yet but its form."""

    header: Header
    header_line: bytes
    signature: bytes
    sealed: bytes
    sha256: str

    def demand_signed(self, sender: PublicKeys) -> None:
        """Raise BadPackage unless the sender signed exactly this file."""
        if not self.signature:
            raise BadPackage(Fault.UNSIGNED, self.header)
        if self.header.sender_key != sender.fingerprint:
            raise BadPackage(Fault.UNKNOWN_SENDER, self.header)
        try:
            Ed25519PublicKey.from_public_bytes(sender.signing).verify(
                self.signature, _signed(self.header_line, self.sealed)
            )
        except InvalidSignature as error:
            raise BadPackage(Fault.ALTERED, self.header) from error

    def opened(self, own: PrivateKeys) -> bytes:
        """The content, for the one receiver it was sealed for; raises BadPackage."""
        header = self.header
        if header.receiver_key != own.public.fingerprint:
            raise BadPackage(Fault.OTHER_KEY, header)
        try:
            ephemeral = X25519PublicKey.from_public_bytes(base64.b64decode(header.ephemeral))
            shared = X25519PrivateKey.from_private_bytes(own.sealing).exchange(ephemeral)
            key = _key(shared, base64.b64decode(header.ephemeral), own.public.sealing)
            content = AESGCM(key).decrypt(self.sealed[:_NONCE], self.sealed[_NONCE:], self.header_line)
        except (InvalidTag, ValueError) as error:
            raise BadPackage(Fault.ALTERED, header) from error
        if hashlib.sha256(content).hexdigest() != header.content_sha256:
            raise BadPackage(Fault.ALTERED, header)
        return content


def make_package(content: bytes, letter: Letter, sender: PrivateKeys, receiver: PublicKeys) -> bytes:
    """The file: sealed for the receiver, signed by the sender."""
    fresh = X25519PrivateKey.generate()
    ephemeral = fresh.public_key().public_bytes_raw()
    header = Header(
        kind=letter.kind,
        year=letter.year,
        sender=letter.sender,
        receiver=letter.receiver,
        number=letter.number,
        previous=letter.previous,
        created_at=letter.created_at,
        content_sha256=hashlib.sha256(content).hexdigest(),
        sender_key=sender.public.fingerprint,
        receiver_key=receiver.fingerprint,
        ephemeral=base64.b64encode(ephemeral).decode(),
    )
    line = header.line()
    shared = fresh.exchange(X25519PublicKey.from_public_bytes(receiver.sealing))
    nonce = os.urandom(_NONCE)
    sealed = nonce + AESGCM(_key(shared, ephemeral, receiver.sealing)).encrypt(nonce, content, line)
    signature = Ed25519PrivateKey.from_private_bytes(sender.signing).sign(_signed(line, sealed))
    return b"\n".join((MAGIC, line, base64.b64encode(signature), sealed))


def read_package(data: bytes) -> Package:
    """Take a file apart; raises BadPackage for what has not the form of a package."""
    parts = data.split(b"\n", 3)
    if len(parts) != 4 or parts[0] != MAGIC or len(parts[1]) > _LONGEST_LINE or len(data) > MOST_BYTES:
        raise BadPackage(Fault.NO_PACKAGE)
    try:
        header = Header.model_validate_json(parts[1])
        signature = base64.b64decode(parts[2], validate=True)
    except (ValidationError, binascii.Error) as error:
        raise BadPackage(Fault.NO_PACKAGE) from error
    return Package(header, parts[1], signature, parts[3], hashlib.sha256(data).hexdigest())


def demand_next(header: Header, sha256: str, last: tuple[int, str] | None) -> None:
    """Raise BadPackage unless the package follows ``last``: number and SHA-256 of the one taken before, if any."""
    number, previous = last or (0, "")
    if header.number <= number or (last is not None and sha256 == previous):
        raise BadPackage(Fault.REPLAYED, header)
    if (header.number, header.previous) != (number + 1, previous):
        raise BadPackage(Fault.OUT_OF_ORDER, header)


def _signed(header_line: bytes, sealed: bytes) -> bytes:
    return b"\n".join((MAGIC, header_line, sealed))


def _key(shared: bytes, ephemeral: bytes, receiver: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=_RAW, salt=ephemeral + receiver, info=MAGIC).derive(shared)
