"""Files that a command names: where an answer is written instead of printed, and what is read."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from commands.options import UsageError

Output = Annotated[Path | None, Parameter(name=["--output", "-o"], metavar="文件", help="写到这个文件；不写时打印")]

REASONS = {
    errno.ENOENT: "没有这个文件夹或文件",
    errno.ENOTDIR: "路径中有一段不是文件夹",
    errno.EISDIR: "这是一个文件夹",
    errno.EEXIST: "已有同名的文件",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EROFS: "磁盘是只读的",
    errno.ENOSPC: "磁盘已满",
    errno.ENAMETOOLONG: "文件名太长",
}
MISNAMED = frozenset({errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG})
"""What is wrong with a name, not with the disk."""


def reason(error: OSError) -> str:
    """Why the system could not, in Chinese where it is one of the common reasons."""
    return REASONS.get(error.errno or 0) or error.strerror or str(error)


def write(path: Path, content: bytes) -> None:
    """Write the file; raises UsageError where no file can have that name, OSError where the disk refuses."""
    try:
        path.write_bytes(content)
    except OSError as error:
        if error.errno in MISNAMED:
            raise UsageError(f"{path} 写不进去：{reason(error)}。") from error
        raise OSError(error.errno, error.strerror, str(path)) from error  # a failed write does not name its file


def there(path: Path) -> Path:
    """The path, where it is a file; raises UsageError."""
    if not path.is_file():
        raise UsageError(f"没有 {path} 这个文件。")
    return path
