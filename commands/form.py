"""`talent form`: the workbooks that the city offices fill in."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from commands.options import COMMON, Common, DryRun, OneCity, UsageError
from commands.output import answer, say, table

if TYPE_CHECKING:
    from rich.console import Console

    from forms.reading import RowError

app = App(name="form")

Slug = Annotated[str, Parameter(help="阶段，如 application；省办的评价表为 evaluation")]
Workbook = Annotated[Path, Parameter(metavar="文件", help="Excel 工作簿（.xlsx）")]


@app.command(help="空白模板：带下拉选项与填写说明")
def template(
    phase: Slug,
    /,
    *,
    output: Annotated[Path, Parameter(name=["--output", "-o"], metavar="文件", help="写到这个文件")],
    common: Common = COMMON,
) -> None:
    """Write an empty workbook of one phase."""
    from forms.template import write

    write(known(phase), output)
    answer(common.json, {"phase": phase, "file": str(output)}, lambda console: console.print(f"已写入 {output}"))


def known(phase: str) -> str:
    """The phase's slug, where there is a form of it; raises UsageError."""
    from forms.definitions import FORMS

    if phase not in FORMS:
        raise UsageError(f"没有“{phase}”这张表；可用的有 {'、'.join(FORMS)}。")
    return phase
