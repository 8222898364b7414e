"""The maildir courier: one file a key, whatever happened before; a disk in trouble is a retry."""

from __future__ import annotations

import mailbox
import os
from pathlib import Path

import pytest

from post.maildir import MaildirCourier
from tests.support.letters_sent import letter


def _files(path: Path) -> dict[str, int]:
    return {folder: len(list((path / folder).iterdir())) for folder in ("tmp", "new", "cur")}


async def test_a_key_delivered_twice_is_one_file(tmp_path: Path) -> None:
    courier = MaildirCourier(tmp_path)
    await courier.deliver([letter(1), letter(1), letter(2)])
    await courier.deliver([letter(1)])
    assert _files(tmp_path) == {"tmp": 0, "new": 2, "cur": 0}


async def test_a_letter_that_was_read_does_not_come_again(tmp_path: Path) -> None:
    courier = MaildirCourier(tmp_path)
    await courier.deliver([letter(1)])
    box = mailbox.Maildir(tmp_path, create=False)
    for key, message in box.items():
        message.set_subdir("cur")
        message.add_flag("S")
        box[key] = message
    await courier.deliver([letter(1)])
    assert _files(tmp_path) == {"tmp": 0, "new": 0, "cur": 1}


async def test_a_crash_before_the_rename_leaves_no_letter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    def die(_self: Path, _target: Path) -> Path:
        raise Killed

    courier = MaildirCourier(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", die)
        with pytest.raises(Killed):
            await courier.deliver([letter(1)])
    assert _files(tmp_path) == {"tmp": 1, "new": 0, "cur": 0}
    await courier.deliver([letter(1)])
    assert _files(tmp_path) == {"tmp": 0, "new": 1, "cur": 0}


async def test_a_letter_is_on_the_disk_before_it_is_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def synced(handle: int) -> None:
        steps.append("fsync " + Path(f"/proc/self/fd/{handle}").readlink().parent.name)
        fsync(handle)

    def renamed(self: Path, target: Path) -> Path:
        steps.append(f"rename {self.parent.name} {target.parent.name}")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", renamed)
    await MaildirCourier(tmp_path / "mail").deliver([letter(1), letter(2)])
    assert steps == ["fsync tmp", "rename tmp new", "fsync tmp", "rename tmp new", "fsync mail"]


async def test_a_disk_in_trouble_is_a_retry(tmp_path: Path) -> None:
    (tmp_path / "new").write_text("no folder")
    deliveries = await MaildirCourier(tmp_path).deliver([letter(1), letter(2)])
    assert [(delivery.key, delivery.state) for delivery in deliveries] == [
        (letter(1).key, "retry"),
        (letter(2).key, "retry"),
    ]
    assert deliveries[0].detail.startswith("写不进邮箱目录：")


async def test_letters_are_the_owner_s_only(tmp_path: Path) -> None:
    path = tmp_path / "mail"
    await MaildirCourier(path).deliver([letter(1)])
    assert [oct(found.stat().st_mode & 0o777) for found in (path, path / "new", *(path / "new").iterdir())] == [
        "0o700",
        "0o700",
        "0o600",
    ]
