"""The Python client of softlab-relay, in one file. Python 3.9 or newer, and websocket-client:

    apt install python3-websocket        or        pip install websocket-client

A controller names itself, with a master key:

    from relay_client import SoftlabRelayClient

    client = SoftlabRelayClient(auth_key="…", sender="my_controller")
    client.start()
    client.send_message("mouse_pi", {"cmd": "move", "x": 10, "y": 20})

A worker has a device token, and its id with it:

    def on_message(message):
        client.reply(message, {"ok": True})

    client = SoftlabRelayClient(device_token="…", on_message=on_message)
    client.start()

What is promised:

- The socket has a thread of its own, which is no daemon: a script whose last line is reached still sends what it was told to.
  A client without `on_message` ends with its script, at most `keep_for` seconds later; one with `on_message` works on until
  `stop()`, until the relay refuses it for good, or until the script ends with an error or Ctrl+C.
- `on_message` runs on another thread, one message after the other, and gets what other clients sent, never the relay's own
  words. It may take a minute: the connection, sending, and the relay's view of this client go on.
- After any disconnect it comes back by itself, with exponential backoff and full jitter, and logs in again. It stays away when
  another session took its id, and asks only every 5 to 15 minutes when its key or token is not valid.
- What is sent while away waits here, at most `keep_messages` messages and `keep_for` seconds. What could not be sent, and what
  left without a word from the relay before the connection was lost, is told: by its `Delivery`, to `on_status`, or in the log.
  Nothing is sent twice by itself, because a command carried out twice may do harm.
- Against a relay that knows the published contract alone everything works that can; `Delivery.status` then ends at "sent".
"""
from __future__ import annotations

import collections
import dataclasses
import json
import logging
import random
import re
import socket
import struct
import sys
import threading
import time
import uuid
from typing import Any, Callable, Deque, Dict, Optional, Set, Tuple, Union

import websocket  # type: ignore

__all__ = ["Delivery", "RelayError", "RelayRefused", "RelayTimeout", "SoftlabRelayClient", "Status"]

# The relay that this file was downloaded from writes its own address here.
DEFAULT_URL = "ws://127.0.0.1:8787/ws/connect/"

Message = Dict[str, Any]

_log = logging.getLogger("relay_client")

_EXTENSIONS = ["receipts", "ttl", "age", "acks", "from"]
# What to do after a close (PROTOCOL D); any other code: again, with backoff.
_NEVER_AGAIN = {4000, 4001, 4004, 4009, 4011}
_RARELY_AGAIN = {4003, 4010, 4130}
_BACKOFF_FIRST_S = 0.5
_BACKOFF_LAST_S = 30.0
_RARELY_S = (300.0, 900.0)
# After a connection that lasted so long, the backoff starts anew.
_STABLE_AFTER_S = 30.0
_CONNECT_TIMEOUT_S = 10.0
_PONG_TIMEOUT_S = 10.0
_CLOSE_TIMEOUT_S = 3.0
# The socket is looked after at least this often.
_TICK_S = 1.0
# What waits for on_message; beyond that nothing is read, and the relay keeps what comes.
_INBOX_MESSAGES_MAX = 10_000
_INBOX_BYTES_MAX = 16 * 1024 * 1024
_OUTBOX_BYTES_MAX = 16 * 1024 * 1024
# Messages whose end is awaited, and queued messages that are recognised when they come again.
_AWAITED_MAX = 10_000
_REMEMBERED_MAX = 4096
# How long call() waits for the word that its message has expired, beyond its own time-out.
_EXPIRY_GRACE_S = 1.5
# Smaller bursts are paced without probes.
_PROBED_BURST_MIN = 64
_DEFAULT_LIMITS: Dict[str, Any] = {"message_bytes": 262_144, "message_rate": 1000, "message_burst": 2000}


class RelayError(Exception):
    """Something was refused: `code` is one of the relay's (PROTOCOL D), or "closed", "backlog", "unsupported"."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class RelayRefused(RelayError):
    """The relay does not let this client in; the message is its reason."""


class RelayTimeout(RelayError):
    """The time is over. `fate` of a call is "cancelled" (it will not be carried out) or "may still run"."""

    def __init__(self, message: str, fate: str = "") -> None:
        super().__init__("timeout", message)
        self.fate = fate


@dataclasses.dataclass(frozen=True)
class Status:
    """What `on_status` is told. `str(status)` is a sentence.

    `state` is "connecting", "authenticated", "disconnected" (again in `retry_in` seconds) or "closed" (for good) about the
    connection; "undelivered" with the `delivery` of a message that failed; "too_old" with a `message` that `max_age` refused;
    "unhandled" with a `message` that nobody took; "error" with what the relay complained about.
    """

    state: str
    detail: str
    code: Union[int, str, None] = None
    retry_in: Optional[float] = None
    delivery: Optional["Delivery"] = None
    message: Optional[Message] = None

    def __str__(self) -> str:
        return self.detail


class Delivery:
    """What became of one message; it changes as the relay tells more.

    `status`: "pending" (still here) → "sent" (it left) → "queued" (on the relay's disk) → "delivered" (the target has read it,
    not: has done it). Or an end: "expired", "cancelled", "error" with `code` and `message`, and "unknown": it left, the
    connection was lost, and it may have arrived. Without receipts "sent" is all that will be known.
    """

    def __init__(self, changed: threading.Condition, target: str, message_id: str) -> None:
        self.target = target
        self.id = message_id
        self.status = "pending"
        self.code: Optional[str] = None
        self.message: Optional[str] = None
        self._changed = changed
        self._is_final = False
        self._has_word = False

    @property
    def is_final(self) -> bool:
        """Whether nothing more will become known."""
        return self._is_final

    @property
    def failed(self) -> bool:
        """Whether it ended without having been delivered, or nobody can say."""
        return self.status in ("expired", "cancelled", "error", "unknown")

    def wait(self, timeout: Optional[float] = None) -> "Delivery":
        """Waits for the relay's first word, or for "sent" where it gives none; at most `timeout` seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._has_word or self._is_final, timeout)
        return self

    def wait_final(self, timeout: Optional[float] = None) -> "Delivery":
        """Waits until nothing more will become known; at most `timeout` seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_final, timeout)
        return self

    def __repr__(self) -> str:
        why = f" {self.code}: {self.message}" if self.code else ""
        return f"<Delivery to {self.target}: {self.status}{why}>"


class _Outgoing:
    """A message that waits here: its JSON without the closing brace, and what is added when it leaves."""

    def __init__(self, delivery: Delivery, start: str, has_sender: bool, ttl: Optional[float], keep_for: float) -> None:
        self.delivery = delivery
        self.start = start
        self.has_sender = has_sender
        self.ttl = ttl
        self.accepted_at = time.monotonic()
        self.expires_at = self.accepted_at + (keep_for if ttl is None else min(keep_for, max(ttl, 1.0)))

    def text(self, client_id: str) -> str:
        added = "" if self.has_sender else ',"sender":' + _dump(client_id)
        if self.ttl is not None:
            # What it waited here is over for the relay, too. The relay counts whole seconds; the moment that every message
            # takes to leave shall not make one second none, which would mean: now or not at all.
            waited = time.monotonic() - self.accepted_at
            added += f',"_ttl":{int(self.ttl if waited < 0.5 else max(0.0, self.ttl - waited))}'
        return self.start + added + "}"


class _Pacer:
    """A token bucket that keeps below the relay's own. The relay counts a message when it reads it, which may be long after it
    was sent, so a message is taken from the bucket when the pong to a ping behind it has come; until then it is under way."""

    def __init__(self, limits: Dict[str, Any]) -> None:
        rates = [limits.get(name) for name in ("message_rate", "user_message_rate")]
        bursts = [limits.get(name) for name in ("message_burst", "user_message_rate")]
        finite_rates = [value for value in rates if isinstance(value, (int, float)) and value > 0]
        finite_bursts = [value for value in bursts if isinstance(value, (int, float)) and value > 0]
        is_limited = bool(finite_rates and finite_bursts)
        self._rate = min(finite_rates) * 0.98 if is_limited else float("inf")
        self._burst = max(1.0, min(finite_bursts) * 0.8) if is_limited else float("inf")
        # The probes would use up too much of a small burst.
        self._is_probing = _PROBED_BURST_MIN <= self._burst < float("inf")
        self._level = self._burst
        self._filled_at = time.monotonic()
        self._held_until = 0.0
        self._probes: Deque[int] = collections.deque()
        self._under_way = 0
        self._unprobed = 0

    def delay(self, now: float) -> Optional[float]:
        """Seconds until a message may go; None: when a pong comes."""
        if self._burst == float("inf"):
            return max(0.0, self._held_until - now)
        self._refill(now)
        if now < self._held_until:
            return self._held_until - now
        if self._level - self._under_way >= 1:
            return 0.0
        if self._under_way + 1 > self._burst:
            return None
        return (1 + self._under_way - self._level) / self._rate

    def take(self) -> bool:
        """Counts a message; whether a ping is due behind it."""
        if not self._is_probing:
            self._level -= 1
            return False
        self._under_way += 1
        self._unprobed += 1
        return self._unprobed >= self._burst / 4

    def note_ping(self) -> None:
        """A ping counts as a message, too."""
        if not self._is_probing:
            self._level -= 1
            return
        self._under_way += 1
        self._probes.append(self._unprobed + 1)
        self._unprobed = 0

    def note_pong(self, now: float) -> None:
        if not self._probes:
            return
        proven = self._probes.popleft()
        self._refill(now)
        self._level -= proven
        self._under_way -= proven

    def hold(self, now: float) -> None:
        """The relay refused messages over its rate: a pause, so that it does not end the connection."""
        self._level = min(self._level, self._under_way)
        self._held_until = now + 1.1

    def _refill(self, now: float) -> None:
        if self._burst < float("inf"):
            self._level = min(self._burst, self._level + (now - self._filled_at) * self._rate)
        self._filled_at = now


class _Dispatcher:
    """Calls a function with one item after the other on a thread of its own."""

    def __init__(self, name: str, handle: Callable[[Any], None]) -> None:
        self._handle = handle
        self._items: Deque[Tuple[Any, int]] = collections.deque()
        self._bytes = 0
        self._is_busy = False
        self._is_ended = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def put(self, item: Any, size: int = 0) -> None:
        with self._changed:
            if self._is_ended:
                return
            self._items.append((item, size))
            self._bytes += size
            self._changed.notify_all()

    @property
    def is_full(self) -> bool:
        return len(self._items) >= _INBOX_MESSAGES_MAX or self._bytes >= _INBOX_BYTES_MAX

    def wait_for_room(self, timeout: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: not self.is_full, timeout)

    def wait_until_idle(self, deadline: float) -> bool:
        if threading.current_thread() is self._thread:
            return True
        with self._changed:
            return self._changed.wait_for(lambda: not self._items and not self._is_busy, _left(deadline))

    def end(self) -> int:
        """Takes nothing more; how many items were left."""
        with self._changed:
            self._is_ended = True
            self._changed.notify_all()
            left = len(self._items)
            self._items.clear()
            return left

    def finish(self) -> None:
        """Ends when everything is done."""
        with self._changed:
            self._is_ended = True
            self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._items) or self._is_ended)
                if not self._items:
                    return
                item, size = self._items.popleft()
                self._bytes -= size
                self._is_busy = True
                self._changed.notify_all()
            try:
                self._handle(item)
            except BaseException:
                # A mistake in one handling must not end the next ones, and nor must sys.exit(), which ends a thread without a word: it
                # is shown as Python shows it.
                _log.exception("the handler failed")
            finally:
                with self._changed:
                    self._is_busy = False
                    self._changed.notify_all()


class _Connection:
    """One socket from its upgrade to its end. What happened to earlier ones is forgotten (PROTOCOL A6)."""

    def __init__(self, ws: Any) -> None:
        self.ws = ws
        self.client_id: Optional[str] = None
        self.extensions: Set[str] = set()
        self.limits: Dict[str, Any] = dict(_DEFAULT_LIMITS)
        self.pacer = _Pacer(self.limits)
        self.last_error: Optional[Message] = None
        self.heard_at = time.monotonic()
        self.pinged_at = self.heard_at
        self.awaits_pong = False
        self.ping_is_due = False
        self.is_ended = False

    def abort(self) -> None:
        """Ends the socket at once and wakes who reads it."""
        self.is_ended = True
        try:
            self.ws.sock.shutdown(socket.SHUT_RDWR)
        except (OSError, AttributeError):
            pass  # It is gone already.


@dataclasses.dataclass(frozen=True)
class _Ending:
    code: Optional[int]
    reason: str
    lasted_s: float = 0.0
    was_authenticated: bool = False


class SoftlabRelayClient:
    """A client of the relay that heals itself; see the top of this file for what it promises.

    auth_key, sender   a master key, and the id that this client gives itself
    device_token       or the token of a device, whose id the relay knows
    url                "wss://host/ws/connect/", "https://host" or "host"; the relay that this file came from unless said
    on_message         called with each message (a dict) that another client sent
    on_status          called with a `Status` for each change of the connection, and for what went wrong
    max_age            seconds; an older message is refused, so that no command is carried out late. Of a message that was
                       queued at a relay that does not tell ages nobody knows the age, so it is refused, too
    ca_file            certificate authorities (PEM) to trust instead of the system's
    keep_for           seconds that a message waits here while the relay is away
    keep_messages      how many messages wait here at most
    heartbeat          seconds between two pings to the relay
    """

    def __init__(
        self,
        auth_key: Optional[str] = None,
        sender: Optional[str] = None,
        device_token: Optional[str] = None,
        url: Optional[str] = None,
        on_message: Optional[Callable[[Message], Any]] = None,
        on_status: Optional[Callable[[Status], Any]] = None,
        max_age: Optional[float] = None,
        *,
        ca_file: Optional[str] = None,
        keep_for: float = 30.0,
        keep_messages: int = 1000,
        heartbeat: float = 30.0,
    ) -> None:
        if not device_token and not (auth_key and sender):
            raise ValueError("give device_token, or auth_key and sender")
        self._credentials: Dict[str, Any] = (
            {"device_token": device_token} if device_token else {"auth_key": auth_key, "sender": sender}
        )
        self._url = _websocket_url(DEFAULT_URL if url is None else url)
        self._on_message = on_message
        self._on_status = on_status
        self._max_age = max_age
        self._ca_file = ca_file
        self._keep_for = keep_for
        self._keep_messages = keep_messages
        self._heartbeat = heartbeat

        # One lock for all that follows; whoever changes something wakes all who wait for a change.
        self._changed = threading.Condition()
        self._state = "new"
        self._refusal: Optional[_Ending] = None
        self._last_reason: Optional[str] = None
        self._is_stopping = False
        # The socket that is open, and the same once the relay has let this client in.
        self._opened: Optional[_Connection] = None
        self._connection: Optional[_Connection] = None
        self._outbox: Deque[_Outgoing] = collections.deque()
        self._outbox_bytes = 0
        self._is_writing = False
        self._awaited: "collections.OrderedDict[Tuple[str, str], Delivery]" = collections.OrderedDict()
        self._calls: Dict[str, Tuple[str, Deque[Message]]] = {}
        self._ack: Optional[int] = None
        self._seen: "collections.OrderedDict[int, str]" = collections.OrderedDict()

        self._inbox = _Dispatcher("relay on_message", self._handle)
        self._statuses = _Dispatcher("relay on_status", self._pass_status)
        self._thread = threading.Thread(target=self._run, name="relay connection", daemon=False)
        self._writer = threading.Thread(target=self._write, name="relay writer", daemon=True)

    # ------------------------------------------------------------------ what users call

    def start(self) -> "SoftlabRelayClient":
        """Connects, in the background; a second call changes nothing."""
        with self._changed:
            if self._state == "closed" or self._is_stopping:
                raise RelayError("closed", "this client was stopped: make a new one")
            if self._state != "new":
                return self
            self._state = "connecting"
        self._inbox.start()
        self._statuses.start()
        self._writer.start()
        self._thread.start()
        threading.Thread(target=self._end_with_the_script, name="relay end of script", daemon=True).start()
        return self

    def stop(self, flush_timeout: float = 5.0) -> bool:
        """Sends what waits, lets `on_message` finish, and closes. True when all that was sent has the relay's word within
        `flush_timeout` seconds; what has not is told as undelivered. It does not come back after this."""
        deadline = time.monotonic() + flush_timeout
        is_handled = self._state == "new" or self._inbox.wait_until_idle(deadline)
        with self._changed:
            is_flushed = self._changed.wait_for(lambda: self._is_flushed() or self._is_hopeless(), _left(deadline))
            is_flushed = is_flushed and self._is_flushed()
            was_started = self._state != "new"
            self._is_stopping = True
            opened = self._opened
            if not was_started:
                self._state = "closed"
            self._changed.notify_all()
        if opened is not None:
            self._close(opened)
        if was_started:
            self._thread.join(_CLOSE_TIMEOUT_S)
        return is_flushed and is_handled

    def __enter__(self) -> "SoftlabRelayClient":
        return self.start()

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    def wait(self, timeout: Optional[float] = None) -> bool:
        """Waits until this client is closed for good, by `stop()` or by the relay; for the last line of a worker. Ctrl+C stops it."""
        try:
            with self._changed:
                return self._changed.wait_for(lambda: self._state == "closed", timeout)
        except KeyboardInterrupt:
            self.stop()
            raise

    def wait_until_ready(self, timeout: Optional[float] = None) -> str:
        """Waits until the relay has let this client in; returns its client id.

        Raises `RelayRefused` as soon as the relay refuses it, and `RelayTimeout`.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._client_id() is not None or self._is_hopeless(), timeout)
            client_id = self._client_id()
            if client_id is not None:
                return client_id
            if self._refusal is not None:
                raise RelayRefused("refused", self._refusal.reason)
            if self._state == "closed":
                raise RelayError("closed", "this client was stopped")
            why = self._last_reason or f"{self._url} does not answer"
        raise RelayTimeout(f"not authenticated within {timeout} s: {why}")

    @property
    def client_id(self) -> Optional[str]:
        """The id under which others reach this client, while it is authenticated."""
        with self._changed:
            return self._client_id()

    @property
    def is_ready(self) -> bool:
        """Whether it is authenticated now."""
        return self.client_id is not None

    def send_message(
        self, target: str, payload: Message, ttl: Optional[float] = None, wait: Optional[float] = None
    ) -> Delivery:
        """Sends a JSON object to a client and returns what becomes of it.

        ttl    seconds that it may wait for its target, and here; 0: hand it over at once, or not at all
        wait   seconds to wait for the relay's word before returning; returns at once unless said

        Raises `ValueError` for what can never be sent, and `RelayError` ("backlog" or "closed") when it is not taken.
        """
        return self._send(target, payload, ttl, wait, None)

    def reply(self, message: Message, payload: Message, ttl: Optional[float] = None) -> Delivery:
        """Answers a message: to who sent it, and with its `_id`, so that a `call` there returns."""
        target = message.get("_from", message.get("sender"))
        if not isinstance(target, str) or not target:
            raise ValueError("the message does not say who sent it")
        re_id = message.get("_id")
        return self._send(target, payload if re_id is None else {**payload, "_re": re_id}, ttl, None, None)

    def call(self, target: str, payload: Message, timeout: float = 5.0) -> Message:
        """Sends a message and returns the reply to it (a message with `_re`; `on_message` does not see it).

        No call fires late by surprise: what was not handed over within `timeout` seconds expires. Raises `RelayError` when the
        message was refused, and `RelayTimeout` whose `fate` says whether it may still be carried out.
        """
        deadline = time.monotonic() + timeout
        replies: Deque[Message] = collections.deque()
        delivery = self._send(target, payload, float(int(timeout)), None, replies)
        try:
            with self._changed:

                def is_over() -> bool:
                    return bool(replies) or (delivery.failed and delivery.status != "unknown")

                if not self._changed.wait_for(is_over, _left(deadline)):
                    self._withdraw(delivery)
                    if delivery.status == "queued":
                        self._changed.wait_for(is_over, _EXPIRY_GRACE_S)
                if replies:
                    return replies.popleft()
        finally:
            with self._changed:
                self._calls.pop(delivery.id, None)
        if delivery.status in ("expired", "cancelled") or delivery.code == "not_sent":
            raise RelayTimeout(f"{target} did not get it within {timeout} s: it will not be carried out", "cancelled")
        if delivery.status == "error":
            raise RelayError(delivery.code or "error", delivery.message or "it was refused")
        raise RelayTimeout(f"no reply from {target} within {timeout} s: it may still run", "may still run")

    # ------------------------------------------------------------------ sending

    def _send(
        self,
        target: str,
        payload: Message,
        ttl: Optional[float],
        wait: Optional[float],
        replies: Optional[Deque[Message]],
    ) -> Delivery:
        fields = _addressed(target, payload)
        if ttl is not None and not (0 <= ttl < float("inf") and "_ttl" not in payload):
            raise ValueError("ttl is a number of seconds, 0 or more, and not given twice")
        text = _dump(fields)
        size = len(text.encode("utf-8")) + 256
        delivery = Delivery(self._changed, target, fields["_id"])
        item = _Outgoing(delivery, text[:-1], "sender" in payload, ttl, self._keep_for)
        with self._changed:
            self._wait_for_room(size)
            connection = self._connection
            limit = connection.limits.get("message_bytes") if connection is not None else None
            if isinstance(limit, int) and size - 128 > limit:
                raise ValueError(f"the message has about {size} bytes, the relay takes {limit} (message_bytes)")
            if (target, delivery.id) in self._awaited:
                raise ValueError(f"a message with the _id {delivery.id!r} is under way to {target} already")
            self._awaited[(target, delivery.id)] = delivery
            if replies is not None:
                self._calls[delivery.id] = (target, replies)
            self._outbox.append(item)
            self._outbox_bytes += len(item.start)
            self._forget_the_oldest()
            self._changed.notify_all()
        if wait is not None:
            delivery.wait(wait)
        return delivery

    def _wait_for_room(self, size: int) -> None:
        """Waits while the relay's pace alone is in the way; refuses when the relay is away and as much waits as may."""

        def has_room() -> bool:
            return len(self._outbox) < self._keep_messages and self._outbox_bytes + size <= _OUTBOX_BYTES_MAX

        self._changed.wait_for(
            lambda: has_room() or self._is_stopping or self._state not in ("connecting", "authenticated")
        )
        if self._is_stopping or self._state in ("new", "closed"):
            why = "was not started" if self._state == "new" else "is closed"
            raise RelayError("closed", f"the message was not taken: this client {why}")
        if not has_room():
            count = len(self._outbox)
            raise RelayError("backlog", f"{count} messages wait for the relay to come back: this one was not taken")

    def _write(self) -> None:
        """The writer's thread: acknowledgements, messages in their order at the relay's pace, heartbeats."""
        while True:
            with self._changed:
                connection, text, delivery = self._next_to_write()
                if text is None:
                    return
                self._is_writing = True
            assert connection is not None
            try:
                connection.ws.send(text)
                problem = None
            except Exception as error:
                # Whatever the library says: this socket has come to its end, and the reader sees the same.
                problem = error
                connection.abort()
            with self._changed:
                self._is_writing = False
                if delivery is not None and problem is not None:
                    self._end(delivery, "unknown", None, f"the connection was lost while it left: {problem}")
                elif delivery is not None and delivery.status == "pending":
                    self._note_sent(connection, delivery)
                self._changed.notify_all()

    def _note_sent(self, connection: _Connection, delivery: Delivery) -> None:
        delivery.status = "sent"
        if "receipts" not in connection.extensions:
            self._end(delivery, "sent")
        elif self._connection is not connection:
            self._end(delivery, "unknown", None, "the connection was lost while it left: it may have arrived")

    def _next_to_write(self) -> Tuple[Optional[_Connection], Optional[str], Optional[Delivery]]:
        """Waits for something to write, with the lock held; no text means the end."""
        while self._state != "closed":
            now = time.monotonic()
            self._drop_overdue(now)
            timeout: Optional[float] = _TICK_S
            connection = self._connection
            if connection is not None and not connection.is_ended:
                if self._ack is not None:
                    seq, self._ack = self._ack, None
                    return connection, _dump({"action": "ack", "seq": seq}), None
                is_ping_due = connection.ping_is_due or now - connection.pinged_at >= self._heartbeat
                if is_ping_due and not connection.awaits_pong:
                    connection.awaits_pong, connection.ping_is_due, connection.pinged_at = True, False, now
                    connection.pacer.note_ping()
                    return connection, '{"action":"ping"}', None
                timeout = connection.pacer.delay(now) if self._outbox else None
                if timeout == 0.0:
                    taken = self._take_from_outbox(connection)
                    if taken is not None:
                        return (connection, *taken)
                    continue
            self._changed.wait(_TICK_S if timeout is None else min(timeout, _TICK_S))
        return None, None, None

    def _take_from_outbox(self, connection: _Connection) -> Optional[Tuple[str, Delivery]]:
        """The next message and its text; None when it cannot be sent, which is told."""
        item = self._outbox.popleft()
        self._outbox_bytes -= len(item.start)
        self._changed.notify_all()
        text = item.text(connection.client_id or "")
        limit = connection.limits.get("message_bytes")
        if item.ttl is not None and "ttl" not in connection.extensions:
            self._end(item.delivery, "error", "unsupported", "this relay does not know ttl: send without, or not at all")
            return None
        if isinstance(limit, int) and len(text.encode("utf-8")) > limit:
            self._end(item.delivery, "error", "message_too_big", f"the relay takes {limit} bytes (message_bytes)")
            return None
        connection.ping_is_due = connection.pacer.take() or connection.ping_is_due
        return text, item.delivery

    def _drop_overdue(self, now: float) -> None:
        """Messages wait here only for a time, in whatever state the connection is."""
        while self._outbox and self._outbox[0].expires_at <= now:
            item = self._outbox.popleft()
            self._outbox_bytes -= len(item.start)
            waited = now - item.accepted_at
            self._end(item.delivery, "error", "not_sent", f"the relay was away for the {waited:.0f} s that it could wait")

    def _withdraw(self, delivery: Delivery) -> None:
        """Takes back what has not left."""
        for item in self._outbox:
            if item.delivery is delivery:
                self._outbox.remove(item)
                self._outbox_bytes -= len(item.start)
                self._end(delivery, "error", "not_sent", "it was taken back before it left")
                return

    def _forget_the_oldest(self) -> None:
        """Not everything can be awaited for ever: of the oldest that left nobody will say more."""
        while len(self._awaited) > _AWAITED_MAX:
            oldest = next(iter(self._awaited.values()))
            if oldest.status == "pending":
                return  # They leave in their order, so that those behind it have not left either.
            if oldest.status == "queued":
                self._end(oldest, "queued")
            else:
                self._end(oldest, "unknown", None, f"{_AWAITED_MAX} messages sent after it await their end, too")

    def _end(
        self, delivery: Delivery, status: str, code: Optional[str] = None, message: Optional[str] = None
    ) -> None:
        """The last that will be known of a message; failures are told."""
        if delivery.is_final:
            return
        self._awaited.pop((delivery.target, delivery.id), None)
        delivery.status, delivery.code, delivery.message = status, code, message
        delivery._is_final = True
        self._changed.notify_all()
        if delivery.failed:
            why = f": {message}" if message else ""
            detail = f"the message to {delivery.target} ended as {code or status}{why}"
            self._tell(Status("undelivered", detail, code or status, delivery=delivery))

    def _is_flushed(self) -> bool:
        """Whether everything has left, and has the relay's word where it gives one."""
        if self._outbox or self._is_writing or self._ack is not None:
            return False
        return all(delivery._has_word for delivery in self._awaited.values())

    def _is_hopeless(self) -> bool:
        """Whether waiting for the relay leads nowhere."""
        return self._refusal is not None or self._state == "closed"

    # ------------------------------------------------------------------ the connection

    def _run(self) -> None:
        """The connection's thread."""
        failures = 0
        ending = _Ending(None, "it was stopped")
        try:
            while not self._is_stopping:
                self._set_state("connecting", f"connecting to {self._url}")
                ending = self._live_through_one_connection()
                if self._is_stopping or ending.code in _NEVER_AGAIN:
                    break
                is_rare = ending.code in _RARELY_AGAIN
                failures = 1 if ending.was_authenticated and ending.lasted_s >= _STABLE_AFTER_S else failures + 1
                ceiling = min(_BACKOFF_LAST_S, _BACKOFF_FIRST_S * 2 ** min(failures - 1, 10))
                delay = random.uniform(*_RARELY_S) if is_rare else random.uniform(0, ceiling)
                with self._changed:
                    self._refusal = ending if is_rare else None
                    self._last_reason = ending.reason
                self._set_state("disconnected", f"{ending.reason}; again in {delay:.1f} s", ending.code, delay)
                with self._changed:
                    self._changed.wait_for(lambda: self._is_stopping, delay)
                    self._refusal = None
        finally:
            self._finish(ending)

    def _finish(self, ending: _Ending) -> None:
        reason = "it was stopped" if self._is_stopping else ending.reason
        with self._changed:
            if not self._is_stopping:
                self._refusal = ending
            self._connection = None
            while self._outbox:
                item = self._outbox.popleft()
                self._end(item.delivery, "error", "not_sent", f"the client has ended: {reason}")
            self._lose_awaited("the client has ended")
        self._set_state("closed", f"closed for good: {reason}", ending.code)
        # What had come before is still done, unless somebody does not want to wait for it.
        self._inbox.finish()
        while not self._is_stopping and not self._inbox.wait_until_idle(time.monotonic() + _TICK_S):
            pass
        left = self._inbox.end()
        if left > 0:
            _log.warning("%d messages that had come were not handled any more", left)
        self._statuses.finish()
        self._statuses.wait_until_idle(time.monotonic() + _TICK_S)

    def _live_through_one_connection(self) -> _Ending:
        started_at = time.monotonic()
        connection: Optional[_Connection] = None
        try:
            ws = websocket.create_connection(
                self._url,
                timeout=_CONNECT_TIMEOUT_S,
                enable_multithread=True,
                sslopt={} if self._ca_file is None else {"ca_certs": self._ca_file},
                redirect_limit=0,
            )
            if ws.getstatus() != 101:
                ws.shutdown()
                # The key is for the address that was given, and for no other.
                raise OSError(f"it redirects to {ws.getheaders().get('location')}; use that address")
            connection = _Connection(ws)
            with self._changed:
                if self._is_stopping:
                    raise OSError("it was stopped")
                self._opened = connection
            ws.send(_dump({**self._credentials, "extensions": _EXTENSIONS}))
            code = self._read(connection)
            reason = _reason_of(code, connection.last_error)
        except (OSError, ValueError, websocket.WebSocketException) as error:
            code, reason = None, _describe(error, self._url, connection)
            if connection is not None and connection.last_error is not None:
                reason = str(connection.last_error.get("message"))
        finally:
            with self._changed:
                self._opened = self._connection = None
                self._ack = None
                self._lose_awaited("the connection was lost before the relay said what became of it")
                self._changed.notify_all()
            if connection is not None:
                connection.is_ended = True
                connection.ws.shutdown()
        was_authenticated = connection is not None and connection.client_id is not None
        return _Ending(code, reason, time.monotonic() - started_at, was_authenticated)

    def _lose_awaited(self, why: str) -> None:
        """What left and has no final word will get none."""
        for delivery in list(self._awaited.values()):
            if delivery.status == "sent":
                self._end(delivery, "unknown", None, f"{why}: it may have arrived")
            elif delivery.status == "queued":
                # It is on the relay's disk, and that is the last that will be known here.
                self._end(delivery, "queued")

    def _read(self, connection: _Connection) -> Optional[int]:
        """Reads until the end; returns the close code."""
        opened_at = time.monotonic()
        while True:
            while self._inbox.is_full and not connection.is_ended:
                # Who does not keep up is not read: the relay keeps what comes meanwhile (PROTOCOL A4).
                connection.heard_at = time.monotonic()
                self._inbox.wait_for_room(_TICK_S)
            try:
                opcode, frame = connection.ws.recv_data_frame(True)
            except websocket.WebSocketTimeoutException:
                self._check_silence(connection, opened_at)
                continue
            connection.heard_at = time.monotonic()
            if opcode == websocket.ABNF.OPCODE_CLOSE:
                return struct.unpack("!H", frame.data[:2])[0] if len(frame.data) >= 2 else None
            if opcode == websocket.ABNF.OPCODE_TEXT:
                self._take(connection, frame.data.decode("utf-8"))

    def _check_silence(self, connection: _Connection, opened_at: float) -> None:
        now = time.monotonic()
        if connection.client_id is None and now - opened_at >= _CONNECT_TIMEOUT_S:
            raise OSError("the relay does not answer to the credentials")
        silent_since = max(connection.pinged_at, connection.heard_at)
        if connection.awaits_pong and now - silent_since >= _PONG_TIMEOUT_S:
            raise OSError("the line is dead: no answer to a ping")

    def _close(self, connection: _Connection) -> None:
        """Says goodbye; the reader ends with the relay's answer, or without it after a while. No thread is started for that: a
        script that has come to its end can start none (Python 3.12)."""
        try:
            connection.ws.send_close(1000)
            self._thread.join(_CLOSE_TIMEOUT_S)
        except (OSError, websocket.WebSocketException):
            pass  # The line is broken: nobody waits for an answer.
        connection.abort()

    def _end_with_the_script(self) -> None:
        """Without on_message nothing is left to do once the script is through and everything is sent. With it the script may have
        ended on purpose, and the worker goes on; not so after an exception that nobody caught, such as Ctrl+C."""
        script = threading.main_thread()
        while script.is_alive():
            script.join(_TICK_S)
            if self._state == "closed":
                return
        if self._on_message is None or getattr(sys, "last_value", None) is not None:
            self.stop(self._keep_for)

    # ------------------------------------------------------------------ what comes

    def _take(self, connection: _Connection, text: str) -> None:
        try:
            message = json.loads(text)
        except (ValueError, RecursionError) as error:
            self._tell(Status("error", f"a message of {len(text)} characters cannot be read here: {error}"))
            return
        if not isinstance(message, dict):
            return
        if connection.client_id is None:
            self._take_answer_to_credentials(connection, message)
        elif "_from" in message if "from" in connection.extensions else message.get("target") == connection.client_id:
            self._take_payload(connection, message, len(text))
        else:
            self._take_word(connection, message)

    def _take_answer_to_credentials(self, connection: _Connection, message: Message) -> None:
        if message.get("status") == "authenticated" and isinstance(message.get("client_id"), str):
            granted = message.get("extensions")
            with self._changed:
                connection.extensions = set(granted) if isinstance(granted, list) else set()
                if isinstance(message.get("limits"), dict):
                    connection.limits = message["limits"]
                connection.pacer = _Pacer(connection.limits)
                connection.client_id = message["client_id"]
                self._connection = connection
            self._set_state("authenticated", f"authenticated as {connection.client_id}")
        elif message.get("status") == "error":
            connection.last_error = message

    def _take_word(self, connection: _Connection, message: Message) -> None:
        """The relay itself speaks."""
        status = message.get("status")
        with self._changed:
            if status == "pong":
                connection.awaits_pong = False
                connection.pacer.note_pong(time.monotonic())
                self._changed.notify_all()
                return
            if status == "error":
                connection.last_error = message
                if message.get("code") == "rate_limited":
                    connection.pacer.hold(time.monotonic())
            delivery = self._awaited.get((str(message.get("target")), str(message.get("_id"))))
            if delivery is None:
                if status == "error":
                    self._tell(Status("error", f"the relay says: {message.get('message')}", message.get("code")))
                return
            delivery._has_word = True
            if status == "queued":
                delivery.status = "queued"
            elif status in ("delivered", "expired", "cancelled"):
                self._end(delivery, status)
            elif status == "error":
                self._end(delivery, "error", str(message.get("code")), str(message.get("message")))
            self._changed.notify_all()

    def _take_payload(self, connection: _Connection, message: Message, size: int) -> None:
        seq = message.get("_seq") if "acks" in connection.extensions else None
        if isinstance(seq, int) and self._is_known(seq, message):
            # That it was done may not have reached the relay, or it is not done yet: an acknowledgement counts for all before it, too,
            # so it waits until those are done.
            self._inbox.put((None, 0.0, seq, False))
            return
        with self._changed:
            call = self._calls.get(str(message.get("_re")))
            sender = message.get("_from", message.get("sender"))
            if call is not None and call[0] == sender and not call[1]:
                call[1].append(message)
                self._changed.notify_all()
                if isinstance(seq, int):
                    self._inbox.put((None, 0.0, seq, False))
                return
        self._inbox.put((message, time.monotonic(), seq, "age" in connection.extensions), size)

    def _is_known(self, seq: int, message: Message) -> bool:
        """Whether this queued message came before, over an earlier connection; one with its number alone is another one, of a
        relay that was restored from a copy."""
        content = _dump({name: value for name, value in message.items() if name != "_age_ms"})
        if self._seen.get(seq) == content:
            return True
        self._seen[seq] = content
        while len(self._seen) > _REMEMBERED_MAX:
            self._seen.popitem(last=False)
        return False

    def _acknowledge(self, seq: int) -> None:
        with self._changed:
            self._ack = seq if self._ack is None else max(self._ack, seq)
            self._changed.notify_all()

    def _handle(self, item: Tuple[Optional[Message], float, Optional[int], bool]) -> None:
        """On the thread of on_message."""
        message, came_at, seq, has_age = item
        try:
            if message is not None:
                self._pass_message(message, self._age_of(message, came_at, has_age))
        finally:
            # Also after a mistake in the handler: the same message again would run into the same mistake.
            if seq is not None:
                self._acknowledge(seq)

    def _pass_message(self, message: Message, age: Optional[float]) -> None:
        if self._max_age is not None and (age is None or age > self._max_age):
            self._refuse_as_too_old(message, age)
        elif self._on_message is not None:
            self._on_message(message)
        else:
            detail = f"a message of {message.get('sender')} came, and there is no on_message"
            self._tell(Status("unhandled", detail, message=message))

    def _age_of(self, message: Message, came_at: float, has_age: bool) -> Optional[float]:
        """Seconds since the relay took it; None when nobody knows."""
        waited_here = time.monotonic() - came_at
        if message.get("_offline_queued") is not True:
            return waited_here
        age_ms = message.get("_age_ms") if has_age else None
        return waited_here + age_ms / 1000 if isinstance(age_ms, (int, float)) else None

    def _refuse_as_too_old(self, message: Message, age: Optional[float]) -> None:
        how_old = "of unknown age" if age is None else f"{age:.1f} s old"
        detail = f"a message is {how_old}, at most {self._max_age} s are allowed: it was not carried out"
        self._tell(Status("too_old", detail, message=message))
        if "_id" in message and "_re" not in message:
            try:
                self.reply(message, {"ok": False, "error": detail})
            except (ValueError, RelayError):
                pass  # It does not say who waits for an answer, or none can be sent: the status has told it.

    # ------------------------------------------------------------------ what is told

    def _client_id(self) -> Optional[str]:
        return None if self._connection is None else self._connection.client_id

    def _set_state(
        self, state: str, detail: str, code: Optional[int] = None, retry_in: Optional[float] = None
    ) -> None:
        with self._changed:
            self._state = state
            self._tell(Status(state, detail, code, retry_in))
            self._changed.notify_all()

    def _tell(self, status: Status) -> None:
        if self._on_status is not None:
            self._statuses.put(status)
        elif status.state in ("connecting", "authenticated") or (status.state == "closed" and self._is_stopping):
            _log.info(status.detail)
        else:
            _log.warning(status.detail)

    def _pass_status(self, status: Status) -> None:
        if self._on_status is not None:
            self._on_status(status)


def _left(deadline: float) -> float:
    return min(max(0.0, deadline - time.monotonic()), threading.TIMEOUT_MAX)


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _addressed(target: str, payload: Message) -> Message:
    """The payload with its target and an id; a payload with another target is refused and not overwritten (PROTOCOL A6)."""
    if not isinstance(payload, dict):
        raise ValueError("the payload is a dict: it becomes a JSON object")
    if not isinstance(target, str) or not target or "," in target or target != target.strip(" "):
        raise ValueError(f"{target!r} is no client id")
    if payload.get("target", target) != target:
        raise ValueError(f"the payload already has the target {payload['target']!r}, not {target!r}")
    message_id = payload.get("_id", uuid.uuid4().hex)
    if not isinstance(message_id, str) or not 1 <= len(message_id) <= 64:
        raise ValueError("the _id of a message is a string of 1 to 64 characters")
    return {**payload, "target": target, "_id": message_id}


def _websocket_url(text: str) -> str:
    """The one endpoint, from "wss://host/ws/connect/", "https://host" or "host"; a bare host means TLS, a bare loopback plain."""
    if "://" not in text:
        is_local = re.match(r"^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?(/|$)", text) is not None
        text = ("ws://" if is_local else "wss://") + text
    scheme, rest = text.split("://", 1)
    host, _, path = rest.partition("/")
    known = {"ws": "ws", "http": "ws", "wss": "wss", "https": "wss"}
    if scheme not in known or not host or "@" in host or "?" in rest or "#" in rest:
        raise ValueError("the url is no address of a relay: write wss://host/ws/connect/, https://host or host")
    path = path.strip("/")
    prefix = path[: -len("ws/connect")].strip("/") if path.endswith("ws/connect") else path
    return f"{known[scheme]}://{host}/{prefix + '/' if prefix else ''}ws/connect/"


def _reason_of(code: Optional[int], last_error: Optional[Message]) -> str:
    if last_error is not None and (code is None or code >= 4000 or code in (1009, 1013)):
        return str(last_error.get("message"))
    return "the relay closed the connection" + ("" if code is None else f" ({code})")


def _describe(error: Exception, url: str, connection: Optional[_Connection]) -> str:
    what = "cannot be reached" if connection is None else "was lost"
    return f"{url} {what}: {error or type(error).__name__}"
