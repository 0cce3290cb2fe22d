"""HTTP mode: signed requests to the app's request URLs, and what their answers mean."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import ipaddress
import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import aiohttp

from sandbox.arguments import Json, Refused, loads
from sandbox.deliveries import Deliveries, Envelope

MAX_REDIRECTS = 2
MAX_ANSWER_BYTES = 2_000_000
CHECK_AGAIN_SECONDS = 1.0
JSON_TYPE, FORM_TYPE = "application/json", "application/x-www-form-urlencoded"
HEADERS = {"User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)", "Accept": "*/*"}

log = logging.getLogger("sandbox")


class Trouble(Exception):
    """A request that failed, by the name Slack gives in `x-slack-retry-reason`."""

    def __init__(self, reason: str, said: str) -> None:
        super().__init__(said)
        self.reason = reason


class Unreachable(Exception):
    """A request URL that may not be used; the message says what to do."""


@dataclass(frozen=True)
class Answer:
    status: int
    kind: str
    body: bytes
    may_retry: bool

    def content(self, *, plain: bool) -> Json | None:
        """The JSON object in it; with `plain`, what is no JSON is the text of a message."""
        if not self.body.strip():
            return None
        try:
            found = loads(self.body)
        except Refused:
            found = None
        if isinstance(found, dict):
            return found
        return {"text": self.body.decode(errors="replace")} if plain else None


class RequestUrls:
    """Where the app listens; one end, reachable once it has passed Slack's check."""

    deliveries: Deliveries

    def __init__(self, urls: Mapping[str, str], secret: str, *, ack_seconds: float, allow_remote: bool = False) -> None:
        """`urls` by what goes there: `events`, `interactivity`, `options` and each command's name.

        Raises:
            Unreachable: there is no URL or no secret, or a URL is not of this machine and `allow_remote` isn't set.
        """
        self.urls, self.secret, self.ack_seconds, self.allow_remote = dict(urls), secret, ack_seconds, allow_remote
        for url in self.urls.values():
            self._check(url)
        if not urls:
            raise Unreachable(
                "Socket Mode is off in the manifest, which names no request URL; give one by --request-url."
            )
        if not secret:
            raise Unreachable("HTTP mode signs its requests: give the app's signing secret with --signing-secret.")
        self.on_change: Callable[[int], None] = lambda count: None
        self._verified = False
        self._session: aiohttp.ClientSession | None = None
        self._checking: asyncio.Task[None] | None = None

    @property
    def connected(self) -> int:
        return int(self._verified)

    def open(self) -> None:
        """Begins to check the URL for events, until it passes."""
        self._session = aiohttp.ClientSession(headers=HEADERS, auto_decompress=True)
        self._checking = asyncio.create_task(self._verify())

    async def close(self) -> None:
        if self._checking:
            self._checking.cancel()
        if self._session:
            await self._session.close()

    # The check before the first event

    async def _verify(self) -> None:
        url = self.urls.get("events") or next(iter(self.urls.values()))
        said = ""
        while True:
            problem = await self._challenge(url)
            if not problem:
                break
            if problem != said:
                said = problem
                log.warning("The request URL %s failed Slack's check: %s. Trying again every second.", url, problem)
                self.deliveries.journal.add("check", url=url, state="failed", reason=problem, act=None)
            await asyncio.sleep(CHECK_AGAIN_SECONDS)
        log.info("The request URL %s passed Slack's check.", url)
        self.deliveries.journal.add("check", url=url, state="passed", reason=None, act=None)
        self._verified = True
        self.on_change(1)
        self.deliveries.wake()

    async def _challenge(self, url: str) -> str:
        """What is wrong with the answers to `url_verification` and `ssl_check`, if anything."""
        challenge = hashlib.sha256(str(time.time_ns()).encode()).hexdigest()
        body = json.dumps({"token": "sandbox", "challenge": challenge, "type": "url_verification"})
        try:
            answer = await self._post(url, body.encode(), JSON_TYPE)
            if answer.status != 200:
                return f"it answered url_verification with the status {answer.status}, not 200{_hint(answer.status)}"
            if challenge != _challenge_in(answer):
                return "its answer to url_verification is not the challenge"
            checked = await self._post(url, urlencode({"ssl_check": "1", "token": "sandbox"}).encode(), FORM_TYPE)
        except Trouble as trouble:
            return str(trouble)
        if checked.status != 200:
            log.warning("The request URL %s answered ssl_check with the status %s, not 200.", url, checked.status)
        return ""

    # Envelopes

    def pick(self, envelope: Envelope) -> RequestUrls | None:
        return self if self._verified else None

    async def carry(self, envelope: Envelope, attempt: int) -> bool:
        headers = {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": envelope.trouble} if attempt else {}
        envelope.trouble = "http_timeout"
        try:
            answer = await self._post(self._url(envelope), *_encoded(envelope), headers)
        except Trouble as trouble:
            self.deliveries.fail(envelope, trouble.reason)
            return trouble.reason == "http_timeout"
        if not 200 <= answer.status < 300:
            self.deliveries.fail(envelope, "http_error", finally_=not answer.may_retry)
            return False
        response = answer.content(plain=envelope.type == "slash_commands")
        self.deliveries.acknowledge(envelope.id, response)
        return True

    def _url(self, envelope: Envelope) -> str:
        """Slack sends each kind to the URL named for it.

        Raises:
            Trouble: there is none.
        """
        kind = {"events_api": "events", "slash_commands": envelope.name}.get(envelope.type, "interactivity")
        options = self.urls.get("options") if envelope.name == "block_suggestion" else None
        url = options or self.urls.get(kind)
        if url is None:
            raise Trouble("connection_failed", f"there is no request URL for {kind}")
        return url

    async def _post(self, url: str, body: bytes, kind: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Signed, within Slack's limit of time, through no more than two redirects.

        Raises:
            Trouble: it got no answer.
        """
        assert self._session
        timeout = aiohttp.ClientTimeout(total=self.ack_seconds)
        try:
            async with asyncio.timeout(self.ack_seconds):
                for _ in range(MAX_REDIRECTS + 1):
                    sent = {"Content-Type": kind, **self._signature(body), **(headers or {})}
                    async with self._session.post(
                        url, data=body, headers=sent, timeout=timeout, allow_redirects=False
                    ) as answer:
                        if answer.status not in (301, 302, 303, 307, 308):
                            may_retry = answer.headers.get("X-Slack-No-Retry") != "1"
                            read = await _read(answer)
                            return Answer(answer.status, answer.content_type, read, may_retry)
                        url = urljoin(url, answer.headers.get("Location", ""))
                        self._check(url)
        except TimeoutError as problem:
            raise Trouble("http_timeout", f"no answer within {self.ack_seconds:g} seconds") from problem
        except aiohttp.ClientSSLError as problem:
            raise Trouble("ssl_error", f"its certificate can't be trusted ({problem})") from problem
        except aiohttp.ClientConnectionError as problem:
            raise Trouble("connection_failed", f"it can't be reached ({problem})") from problem
        except (aiohttp.ClientError, Unreachable, ValueError) as problem:
            raise Trouble("unknown_error", str(problem)) from problem
        raise Trouble("too_many_redirects", f"it redirected more than {MAX_REDIRECTS} times")

    def _signature(self, body: bytes) -> dict[str, str]:
        stamp = str(int(time.time()))
        digest = hmac.new(self.secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}

    def _check(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            host, scheme, _ = parts.hostname or "", parts.scheme, parts.port
        except ValueError:
            host, scheme = "", ""
        if scheme not in ("http", "https") or not host:
            raise Unreachable(f"The request URL {url!r} is no http or https address.")
        if not self.allow_remote and not is_loopback(host):
            raise Unreachable(
                f"The request URL {url} is not on this machine. Name one that is with --request-url, "
                "such as http://127.0.0.1:3000/slack/events, or let requests leave with --allow-remote."
            )


def is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _encoded(envelope: Envelope) -> tuple[bytes, str]:
    """The body as Slack encodes it: JSON for events, a form for commands, JSON in a form for interactions."""
    if envelope.type == "events_api":
        return json.dumps(envelope.payload).encode(), JSON_TYPE
    form = envelope.payload if envelope.type == "slash_commands" else {"payload": json.dumps(envelope.payload)}
    return urlencode(form, errors="replace").encode(), FORM_TYPE


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    body = b""
    async for part in answer.content.iter_any():
        body += part
        if len(body) > MAX_ANSWER_BYTES:
            raise Trouble("unknown_error", f"its answer is longer than {MAX_ANSWER_BYTES} bytes")
    return body


def _challenge_in(answer: Answer) -> str:
    """Slack takes it as plain text, in a form or in JSON."""
    found = answer.content(plain=True) or {}
    if "challenge" in found:
        return str(found["challenge"])
    text = str(found.get("text", ""))
    return parse_qs(text).get("challenge", [text])[0].strip() if answer.kind == FORM_TYPE else text.strip()


def _hint(status: int) -> str:
    return "; is its signing secret the one given with --signing-secret?" if status in (401, 403) else ""
