"""Style, scripts and fonts: files whose address changes with their content, packed once and kept for a year."""

from __future__ import annotations

import gzip
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles

if TYPE_CHECKING:
    from starlette.types import Scope

FOR_A_YEAR = "public, max-age=31536000, immutable"
PACKED = frozenset({".css", ".js", ".svg"})
"""What packing makes shorter."""


@cache
def _packed(path: str, etag: str | None) -> bytes:
    del etag  # part of the key: a file that is written anew is packed anew
    return gzip.compress(Path(path).read_bytes(), 9, mtime=0)


class KeptFiles(StaticFiles):
    """Such files; the vendored ones stay on the disk as they came, so that their sums can be verified."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Let the browser keep a file for a year, and send it packed where it takes that."""
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = FOR_A_YEAR
        if not isinstance(response, FileResponse) or "gzip" not in Headers(scope=scope).get("accept-encoding", ""):
            return response
        file = Path(response.path)
        if file.suffix not in PACKED:
            return response
        headers = {"cache-control": FOR_A_YEAR, "content-encoding": "gzip", "vary": "accept-encoding"}
        return Response(
            _packed(str(file), response.headers.get("etag")), headers=headers, media_type=response.media_type
        )
