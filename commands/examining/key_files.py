"""Whether the secrets that stand in files of this machine can be used, as `talent up` asks when it starts."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from settings import Settings


def unusable(settings: Settings, folder: Path) -> Iterator[str]:
    """Give a sentence for each that is there and is none; nothing is made where there is none yet."""
    from calendars.errors import TalentError
    from dashboard.serving.secret_key import kept_secret
    from deployments.environment import auth_string
    from models import secret_files
    from settings import prefect_variables

    home, given = folder / "prefect", prefect_variables() | dict(os.environ)
    own = settings.secret_key is None
    asked = (
        (folder / "secret", lambda: own and kept_secret(settings, folder)),
        (home / "auth", lambda: auth_string(given, home)),
    )
    for path, ask in asked:
        try:
            if secret_files.there(path):
                ask()
        except TalentError as error:
            yield str(error)
