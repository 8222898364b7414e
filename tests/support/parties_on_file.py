"""A season with somebody to write to: Nanjing has its interviews before it, Wuxi its roll; the others are late."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.scenes import NANJING, WUXI, Scene

if TYPE_CHECKING:
    from models.database import Database


def parties_on_file(database: Database) -> None:
    scene = Scene.begin(database)
    scene.through("shortlist", NANJING)
    scene.file("mentor-recommendation", WUXI)
    scene.advance("2022-01-17T09:00")
