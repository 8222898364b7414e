"""`talent db`: the database's tables."""

from __future__ import annotations

from cyclopts import App

from commands.options import COMMON, Common
from commands.output import answer, line

app = App(name="db")


@app.command(help="把数据库升级到本版本的表结构；已是最新时什么也不做")
def upgrade(*, common: Common = COMMON) -> None:
    """Run the migrations that are missing."""
    from models import migrate

    database = common.database()
    before = migrate.prepared(database)
    migrate.upgrade(database)
    words = "数据库已是最新版本。" if before else "数据库已升级到最新版本。"
    answer(common.json, {"upgraded": not before}, lambda console: line(console, words))


@app.command(help="检查数据库的表结构是否与本版本一致（不一致时退出码 1）")
def check(*, common: Common = COMMON) -> int:
    """Say whether the tables are this version's."""
    from models import migrate

    database = common.database()
    prepared = migrate.prepared(database)
    differences = [str(difference) for difference in migrate.differences(database)] if prepared else []
    data = {"prepared": prepared, "differences": differences}
    words = "数据库与本版本一致。" if prepared else "数据库不是本版本；请运行 talent db upgrade。"
    answer(common.json, data, lambda console: line(console, "\n".join([words, *differences])))
    return 0 if prepared and not differences else 1
