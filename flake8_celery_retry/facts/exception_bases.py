"""Exception classes of other libraries: which are kinds of which, a table a library.

A clause for a base class catches what is derived from it. The classes are named by the library's
root and their own name, for a library has them in several modules (``requests.ConnectionError``,
``requests.exceptions.ConnectionError``).
"""

from __future__ import annotations

import builtins

#: The classes of a library, each with those that it is derived from.
Bases = dict[str, tuple[str, ...]]

#: ``requests/exceptions.py``.
REQUESTS: Bases = {
    "RequestException": ("OSError",),
    "HTTPError": ("requests.RequestException",),
    "ConnectionError": ("requests.RequestException",),
    "ProxyError": ("requests.ConnectionError",),
    "SSLError": ("requests.ConnectionError",),
    "Timeout": ("requests.RequestException",),
    "ConnectTimeout": ("requests.ConnectionError", "requests.Timeout"),
    "ReadTimeout": ("requests.Timeout",),
    "TooManyRedirects": ("requests.RequestException",),
    "ChunkedEncodingError": ("requests.RequestException",),
    "ContentDecodingError": ("requests.RequestException",),
    "InvalidJSONError": ("requests.RequestException",),
    "JSONDecodeError": ("requests.InvalidJSONError",),
    "RetryError": ("requests.RequestException",),
}

#: ``celery/exceptions.py``.
CELERY: Bases = {
    "CeleryError": ("Exception",),
    "TaskPredicate": ("celery.CeleryError",),
    "Retry": ("celery.TaskPredicate",),
    "Ignore": ("celery.TaskPredicate",),
    "Reject": ("celery.TaskPredicate",),
    "TaskError": ("celery.CeleryError",),
    "MaxRetriesExceededError": ("celery.TaskError",),
    "TimeoutError": ("celery.CeleryError",),
}

#: ``django/db/utils.py``, ``django/core/exceptions.py``.
DJANGO: Bases = {
    "Error": ("Exception",),
    "InterfaceError": ("django.Error",),
    "DatabaseError": ("django.Error",),
    "OperationalError": ("django.DatabaseError",),
    "IntegrityError": ("django.DatabaseError",),
    "ObjectDoesNotExist": ("Exception",),
}

#: ``urllib/error.py``.
URLLIB: Bases = {"URLError": ("OSError",), "HTTPError": ("urllib.URLError",)}

#: ``smtplib.py``.
SMTPLIB: Bases = {
    "SMTPException": ("OSError",),
    "SMTPServerDisconnected": ("smtplib.SMTPException",),
    "SMTPResponseException": ("smtplib.SMTPException",),
    "SMTPRecipientsRefused": ("smtplib.SMTPException",),
    "SMTPConnectError": ("smtplib.SMTPResponseException",),
    "SMTPAuthenticationError": ("smtplib.SMTPResponseException",),
}

LIBRARIES: dict[str, Bases] = {
    "celery": CELERY,
    "django": DJANGO,
    "requests": REQUESTS,
    "smtplib": SMTPLIB,
    "urllib": URLLIB,
}

#: Other names of builtin exceptions.
ALIASES = {
    "EnvironmentError": "OSError",
    "IOError": "OSError",
    "socket.error": "OSError",
    "socket.timeout": "TimeoutError",
}


def known_name(qualified: str) -> str:
    """The one name of an exception class that goes by several."""
    root, _, rest = qualified.partition(".")
    last = rest.rpartition(".")[2]
    if last in LIBRARIES.get(root, {}):
        return f"{root}.{last}"
    return ALIASES.get(qualified, qualified)


def bases_of(name: str) -> tuple[str, ...]:
    """The classes that an exception class (by its one name) is known to be derived from directly;
    none where it isn't known."""
    root, _, last = name.rpartition(".")
    if root in LIBRARIES:
        return LIBRARIES[root].get(last, ())
    known = getattr(builtins, name, None)
    if isinstance(known, type) and issubclass(known, BaseException):
        return tuple(base.__name__ for base in known.__bases__ if issubclass(base, BaseException))
    return ()
