"""What `talent doctor` finds of what runs: it is spoken of where something does, whatever this shell knows of it."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from commands.examining.finding import PATIENCE, CheckFinding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deployments.instance import Instance


@contextmanager
def speaking_of(instance: Instance | None) -> Iterator[None]:
    """Know what that instance was told, until the end of the block; a demonstration knows nothing of this shell's."""
    before = dict(os.environ)
    try:
        if instance is not None:
            ours = ("TALENT_", "PREFECT_") if instance.demo else tuple(f"{name}_FILE" for name in instance.variables)
            for name in [name for name in os.environ if ours and name.startswith(ours)]:
                del os.environ[name]
            os.environ.update(instance.variables)
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def of_the_instance(instance: Instance) -> CheckFinding:
    """Whether its window answers, and is ready."""
    import httpx

    says = f"{'演示' if instance.demo else 'talent up '}在运行，页面 {instance.window}"
    mend = "看 var/log/dashboard.log；停下后重新启动 talent up"
    try:
        answer = httpx.get(f"{instance.window}/readyz", timeout=PATIENCE)
    except httpx.HTTPError as error:
        return CheckFinding("运行", "finding", f"{says}没有应答：{error}", mend)
    if answer.is_success:
        return CheckFinding("运行", "ok", says)
    return CheckFinding("运行", "finding", f"{says}还不能用：{answer.text[:100]}", mend)
