"""Certificates, TLS versions, redirects, private authorities, and the way through a company's proxy."""

import datetime as dt
import ssl
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme
from crosswalk.cli import make_parser
from crosswalk.errors import ConfigError
from crosswalk.push.network import Network
from crosswalk.push.tls import tls_context
from crosswalk.push.transport import Transport, TransportError
from standin.connect import ConnectProxy
from standin.server import Failure, Standin

from cli.support import Project, mixpanel_event, posthog_event

YESTERDAY = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """A company's own certificate authority."""
    return trustme.CA()


@pytest.fixture(scope="module")
def ca_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its certificate."""
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


def served(certificate: trustme.LeafCert) -> ssl.SSLContext:
    """A server's context."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


@pytest.fixture
def secure(authority: trustme.CA) -> Iterator[Standin]:
    """The vendors behind a certificate of that authority."""
    with Standin(host="localhost", tls=served(authority.issue_cert("localhost", "posthog.test"))) as server:
        yield server


@pytest.fixture
def through_tls(project: Project, secure: Standin, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project whose credentials lead there."""
    monkeypatch.setenv("MIXPANEL_API_URL", secure.url)
    monkeypatch.setenv("POSTHOG_URL", secure.url)
    monkeypatch.setenv("MIXPANEL_PROJECT_TOKEN", secure.token)
    monkeypatch.setenv("POSTHOG_PROJECT_API_KEY", secure.api_key)
    return project


def old_tls(certificate: trustme.LeafCert) -> ssl.SSLContext:
    """A server that speaks TLS 1.0 and 1.1 only."""
    context = served(certificate)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    return context


@pytest.mark.parametrize("destination", ["mixpanel", "posthog"])
def test_a_private_authority_works_with_ca_file(
    through_tls: Project, secure: Standin, ca_file: Path, destination: str
) -> None:
    through_tls.build(mixpanel=[mixpanel_event(0)], posthog=[posthog_event(0)])
    result = through_tls.push(destination, "--ca-file", str(ca_file))
    assert result.code == 0, result.err
    assert secure.counts()[f"{destination}_events"] == 1


def test_without_ca_file_it_is_refused(through_tls: Project, secure: Standin) -> None:
    through_tls.build(posthog=[posthog_event(0)])
    result = through_tls.push("posthog")
    assert result.code == 5
    assert "the certificate of localhost port " in result.err
    assert "--ca-file), then run the same command again.\n" in result.err
    assert secure.requests == []


BAD: dict[str, tuple[Callable[[trustme.CA], ssl.SSLContext], str]] = {
    "expired": (
        lambda ca: served(ca.issue_cert("localhost", not_before=YESTERDAY, not_after=YESTERDAY)),
        "certificate has expired",
    ),
    "of another host": (lambda ca: served(ca.issue_cert("elsewhere.test")), "Hostname mismatch"),
    "of another authority": (
        lambda ca: served(trustme.CA().issue_cert("localhost")),
        "unable to get local issuer",
    ),
    "signed by itself": (lambda ca: _self_signed(), "self-signed certificate"),
    "of old TLS": (lambda ca: old_tls(ca.issue_cert("localhost")), "does not speak TLS 1.2 or newer"),
}


def _self_signed() -> ssl.SSLContext:
    """A server that shows its own authority's certificate."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with authority.cert_pem.tempfile() as certificate, authority.private_key_pem.tempfile() as key:
        context.load_cert_chain(certificate, key)
    return context


@pytest.mark.parametrize("name", BAD)
def test_servers_that_are_not_trusted(authority: trustme.CA, ca_file: Path, name: str) -> None:
    """X2: nothing is sent to them, and trying again is no use."""
    make, said = BAD[name]
    with Standin(host="localhost", tls=make(authority)) as server:
        transport = Transport(server.url, 1, Network(ca_file=ca_file))
        with pytest.raises(TransportError, match=said) as refused:
            transport.post("/batch/", b"{}", {"Authorization": "Basic secret"})
        transport.close()
        assert refused.value.final
        assert not refused.value.ambiguous
        assert server.requests == []


def test_a_server_without_tls_is_not_spoken_to(standin: Standin) -> None:
    transport = Transport(f"https://127.0.0.1:{standin.port}", 1)
    with pytest.raises(TransportError, match=r"does not speak TLS 1\.2 or newer"):
        transport.post("/batch/", b"{}", {})
    assert standin.requests == []


@pytest.mark.parametrize("status", [302, 307])
def test_redirects_take_nothing_along(
    through_tls: Project, secure: Standin, standin: Standin, ca_file: Path, status: int
) -> None:
    """Neither the records nor the Authorization header leave for another address, https or http."""
    through_tls.build(mixpanel=[mixpanel_event(0)])
    secure.fail("/import", Failure(status, {}, {"Location": f"{standin.url}/import?strict=1"}))
    result = through_tls.push("mixpanel", "--ca-file", str(ca_file))
    assert result.code == 2
    assert "redirects are not followed" in result.err
    assert "run the same command again.\n" in result.err
    assert len(secure.requests) == 1
    assert standin.requests == []


@pytest.mark.parametrize("text", [None, "", "no certificate\n"])
def test_a_ca_file_that_is_none(through_tls: Project, tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "ca.pem"
    if text is not None:
        path.write_text(text)
    result = through_tls.push("posthog", "--ca-file", str(path))
    assert result.code == 2
    assert f"{path} " in result.err
    assert "give another file with --ca-file and run the same command again.\n" in result.err


def test_ca_file_stands_in_place_of_the_systems(ca_file: Path) -> None:
    assert len(tls_context(ca_file).get_ca_certs()) == 1


def test_every_context_checks(ca_file: Path) -> None:
    for context in (tls_context(None), tls_context(ca_file)):
        assert context.check_hostname
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    with pytest.raises(ConfigError):
        tls_context(ca_file.parent)


def test_no_flag_switches_the_check_off() -> None:
    parser = make_parser()
    text = parser.format_help() + "".join(
        command.format_help()
        for action in parser._actions
        if isinstance(action.choices, dict)
        for command in action.choices.values()
    )
    assert "--ca-file" in text
    assert "insecure" not in text
    assert "verify-ssl" not in text


@pytest.fixture
def away(through_tls: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project whose destination is somewhere else, so that the proxy counts."""
    for name in ("NO_PROXY", "no_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("POSTHOG_URL", "https://posthog.test")
    return through_tls


def test_through_a_proxy_with_a_password(
    away: Project, secure: Standin, ca_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    away.build(posthog=[posthog_event(number, day=number) for number in range(3)])
    with ConnectProxy(secure.port, "me:p%ss word") as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:p%25ss%20word@127.0.0.1:{proxy.port}")
        result = away.push("posthog", "--ca-file", str(ca_file))
        assert result.code == 0, result.err
        assert {line.rsplit(" ", 1)[0] for line in proxy.asked} == {"CONNECT posthog.test:443"}
    assert secure.counts()["posthog_events"] == 3
    assert {seen.headers.get("proxy-authorization") for seen in secure.requests} == {None}


def test_a_proxy_that_refuses_is_named(
    away: Project, secure: Standin, ca_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    away.build(posthog=[posthog_event(0)])
    with ConnectProxy(secure.port, "me:secret-password") as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        result = away.push("posthog", "--ca-file", str(ca_file))
    assert result.code == 5
    assert (
        f"127.0.0.1 port {proxy.port} (the proxy of HTTPS_PROXY) did not let the request through"
        in result.err
    )
    assert "407" in result.err
    assert secure.requests == []


def test_no_proxy_is_heeded(away: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "posthog.test")
    assert Transport("https://posthog.test", 1)._proxy is None
    monkeypatch.delenv("NO_PROXY")
    proxy = Transport("https://posthog.test", 1)._proxy
    assert proxy is not None
    assert (proxy.url, proxy.variable) == ("http://127.0.0.1:9", "HTTPS_PROXY")
