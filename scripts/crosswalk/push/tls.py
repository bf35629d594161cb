"""Whom to trust: the system's certificates or the file of `--ca-file`, and nothing older than TLS 1.2."""

import ssl
from pathlib import Path

from crosswalk.errors import ConfigError


def tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """A client's context: certificate and host name are always checked, and there is no switch for that.

    Mixpanel docs, reference/overview: TLS 1.2 or newer. Raises ConfigError where `ca_file` is no file of certificates.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file is None:
        context.load_default_certs()
        return context
    try:
        context.load_verify_locations(cafile=ca_file)
    except ssl.SSLError as error:
        raise ConfigError(
            f"{ca_file} holds no certificates in PEM form: give another file with --ca-file and run the same command again."
        ) from error
    except OSError as error:
        raise ConfigError(
            f"{ca_file} cannot be read ({error.strerror}): give another file with --ca-file and run the same command again."
        ) from error
    return context
