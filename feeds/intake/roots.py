"""Whom TLS trusts: certifi's roots, and the certificate authorities of one's own network."""

import ssl
from pathlib import Path

from feeds.errors import ConfigError
from feeds.intake.wire import TlsSocket

MOST_BYTES = 4 << 20
"""Of a file of authorities; certifi's whole bundle has 0.3 MiB."""
_BEGINS = b"-----BEGIN CERTIFICATE-----"


def verified_context(ca_file: Path | None = None) -> ssl.SSLContext:
    """Make a client context that checks names and trusts certifi's roots; it takes 25 ms, so share it.

    `ca_file` holds further authorities as PEM (RFC 7468). Raises ConfigError when it can not be used.
    """
    import certifi  # noqa: PLC0415 # it unpacks files at its top; addresses over HTTP need none

    context = ssl.create_default_context(cafile=certifi.where())
    context.sslsocket_class = TlsSocket
    context.set_alpn_protocols(["http/1.1"])
    if ca_file is not None:
        _trust(context, ca_file)
    return context


def _trust(context: ssl.SSLContext, ca_file: Path) -> None:
    try:
        with ca_file.open("rb") as file:
            pem = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise _wrong(ca_file, f"can not be read ({error.strerror})") from None
    if len(pem) > MOST_BYTES:
        raise _wrong(ca_file, f"is larger than {MOST_BYTES} bytes")
    if _BEGINS not in pem:
        mend = "; `openssl x509 -inform der -in FILE` turns a DER file into one"
        raise _wrong(ca_file, f"holds no certificate{mend}")
    try:
        context.load_verify_locations(cadata=pem.decode("ascii", "ignore"))
    except (ssl.SSLError, ValueError) as error:
        why = str(getattr(error, "reason", None) or error).lower().replace("_", " ")
        raise _wrong(ca_file, f"holds a certificate that is damaged ({why})") from None


def _wrong(ca_file: Path, what: str) -> ConfigError:
    return ConfigError(
        f"[fetch] ca_file: {ca_file} {what}, expected a PEM file of certificate authorities "
        "(a text with -----BEGIN CERTIFICATE-----)."
    )
