"""Django's part of the comparison: run by uv in an environment that has nothing but Django. Prints its seconds."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path
from time import perf_counter

from django.conf import settings  # type: ignore[import-not-found]
from django.core.mail import EmailMultiAlternatives, get_connection  # type: ignore[import-not-found]

settings.configure(EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", DEFAULT_CHARSET="utf-8", USE_TZ=True)

given = pickle.loads(Path(sys.argv[2]).read_bytes())
connection = get_connection(host="127.0.0.1", port=int(sys.argv[1]))
begun = perf_counter()
messages = []
for one in given:
    headers = {"Message-ID": one["id"], "Auto-Submitted": "auto-generated"}
    message = EmailMultiAlternatives(one["subject"], one["body"], one["from"], [one["to"]], headers=headers)
    message.attach_alternative(one["html"], "text/html")
    for name, content, kind in one["attachments"]:
        message.attach(name, content.decode(), kind)
    messages.append(message)
sent = connection.send_messages(messages)
elapsed = perf_counter() - begun
assert sent == len(given), sent
print(elapsed)
