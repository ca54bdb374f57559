"""Who may look at the desk: a browser that was opened with the secret of this start. What is kept for each of them."""

import secrets
from collections import OrderedDict
from collections.abc import Mapping
from hmac import compare_digest
from itertools import chain
from threading import Lock
from typing import Final, Literal, TypeVar

from attrs import Factory, define, field, frozen

from .jobs import remove
from .uploads import Upload

#: Browsers at a time; the one that was opened first gives way.
_MOST_SESSIONS: Final = 32
#: Forms of a session that may still be sent, or are known to have been; what is older is out of date.
_MOST_FORMS: Final = 500
#: Forms of a session whose files are kept, of up to 150 MB each, to be sent again.
_MOST_WITH_FILES: Final = 8
#: What pages of a session are made of that an address leads to: proposals, and forms that were refused.
_MOST_SHOWN: Final = 30

T = TypeVar("T")

#: What a form is that comes back: it may be done; it was done before; nobody gave it out, or too long ago.
Standing = Literal["fresh", "used", "unknown"]


#: How it went.
Tone = Literal["good", "warning"]


@frozen
class PageMessage:
    """What came of an act, above the next page."""

    text: str
    tone: Tone = "good"


@define(eq=False)
class Session:
    """A browser that was let in."""

    id: str
    #: The token of each form, with where its act led: None where it was not sent yet, '' while it is being done.
    _forms: OrderedDict[str, str | None] = Factory(OrderedDict)
    _messages: list[PageMessage] = Factory(list)
    #: Files that were sent with a form that could not be done yet, by the name of their field and the token of the
    #: form that is to be sent instead.
    _kept: OrderedDict[str, Mapping[str, list[Upload]]] = Factory(OrderedDict)
    #: What is shown at an address of its own, by its key.
    _shown: OrderedDict[str, object] = Factory(OrderedDict)
    _lock: Lock = field(factory=Lock, init=False, repr=False)

    def new_token(self) -> str:
        """For the forms of a page, of which one can be sent, once."""
        token = secrets.token_urlsafe(16)
        with self._lock:
            self._forms[token] = None
            while len(self._forms) > _MOST_FORMS:
                self._forms.popitem(last=False)
        return token

    def take(self, token: str) -> Standing:
        """Takes a form in: it won't be fresh again."""
        with self._lock:
            if token not in self._forms:
                return "unknown"
            if self._forms[token] is not None:
                return "used"
            self._forms[token] = ""
            return "fresh"

    def led_to(self, token: str) -> str:
        """Where what was done with a form led; '' while that isn't known."""
        with self._lock:
            return self._forms.get(token) or ""

    def note(self, token: str, location: str) -> None:
        """Where a form led that was taken in."""
        with self._lock:
            if token in self._forms:
                self._forms[token] = location

    def tell(self, message: PageMessage) -> None:
        """Has the next page say it."""
        with self._lock:
            self._messages.append(message)

    def messages(self) -> list[PageMessage]:
        """What the page that is made now is to say; each is said once."""
        with self._lock:
            told, self._messages = self._messages, []
        return told

    def remember(self, shown: object) -> str:
        """Keeps what a form came to for the page that it leads to, which asks `remembered` for it: who comes back to
        that page only looks, and sends nothing again."""
        key = secrets.token_urlsafe(9)
        with self._lock:
            self._shown[key] = shown
            while len(self._shown) > _MOST_SHOWN:
                self._shown.popitem(last=False)
        return key

    def remembered(self, key: str, kind: type[T]) -> T | None:
        """What was kept by this key, if that is still there and of this kind."""
        with self._lock:
            found = self._shown.get(key)
        return found if isinstance(found, kind) else None

    def keep(self, token: str, files: Mapping[str, list[Upload]]) -> None:
        """Keeps files for the form that is to be sent again with that token."""
        with self._lock:
            self._kept[token] = files
            while len(self._kept) > _MOST_WITH_FILES:
                _, given_up = self._kept.popitem(last=False)
                for upload in chain(*given_up.values()):
                    remove(upload.path.parent)

    def kept(self, token: str) -> Mapping[str, list[Upload]]:
        """The files that were kept for a form."""
        with self._lock:
            return self._kept.pop(token, {})


class Sessions:
    """The sessions of one start, and the secret by which one begins."""

    def __init__(self) -> None:
        self.secret: Final = secrets.token_urlsafe(32)
        self._once: str | None = None
        self._sessions: OrderedDict[str, Session] = OrderedDict()
        self._lock = Lock()

    def secret_once(self) -> str:
        """A secret that lets one browser in, for where others on this computer may see it: a browser that a program
        opens is started with the address, and who is logged in can list what was started with what."""
        self._once = secrets.token_urlsafe(32)
        return self._once

    def begin(self, secret: str) -> Session | None:
        """A new session for who knows the secret, None for others."""
        session = Session(secrets.token_urlsafe(32))
        with self._lock:
            if self._once is not None and _same(secret, self._once):
                self._once = None
            elif not _same(secret, self.secret):
                return None
            self._sessions[session.id] = session
            while len(self._sessions) > _MOST_SESSIONS:
                self._sessions.popitem(last=False)
        return session

    def find(self, id: str) -> Session | None:
        """The session of that id. How long it takes tells nothing of the ids there are."""
        with self._lock:
            sessions = list(self._sessions.values())
        found = [session for session in sessions if _same(id, session.id)]
        return found[0] if found else None


def _same(one: str, other: str) -> bool:
    return compare_digest(one.encode("utf-8", "replace"), other.encode())
