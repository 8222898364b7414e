"""A backup was restored and the post held; a person looked at what may have gone out since, and lets the post go on."""

from __future__ import annotations

from acts.act import KEPT, Act, Bench, Field, Filled
from acts.advance import advance
from models import restorations, short_messages
from models.open_years import live
from season.outcome import Outcome

FATES = (("check", "可能已经发出：逐封核实"), ("send", "都没有发出：照常发出"))

TRIED = "{} 年度在这份备份里还在试运行，函件只发到 {}；此后已经正式启用过的，请再办一次“正式启用本年度”。"


def _released(bench: Bench, filled: Filled) -> Outcome:
    """Let the post go on, once all that time made owed by now is written; what may have gone out is left in doubt."""
    with bench.database.read() as connection:
        epoch, years = restorations.held(connection), live(connection)
    if epoch is None:
        return Outcome("refused", "投递没有因恢复备份而暂停，未作改动。")
    in_doubt = filled.words["fate"] == "check"
    if in_doubt and not all(opened.year.hours.hold(bench.stamp.as_of) for opened in years):
        return Outcome("refused", "到期的函件到工作时间才写出来，请在工作时间核对后放行；在此之前不会发出。")
    for opened in years:
        advance(bench.database, opened.year.year, bench.stamp)
    with bench.database.write("every") as connection:
        gone = len(restorations.known_as_sent(connection))
        doubted = restorations.doubt(connection, epoch) if in_doubt else 0
        short = short_messages.doubt(connection) if in_doubt else 0
        restorations.release(connection, bench.stamp)
        leave = restorations.leaving(connection, bench.stamp.as_of)
    said = f"{gone} 封在原来的库里已发出，记为已发；" if gone else ""
    said += f"{doubted} 封可能已发出，记为待核实；" if in_doubt else ""
    said += f"{short} 条短消息可能已发出，记为待核实；" if short else ""
    tried = "".join(TRIED.format(one.year.year, one.trial) for one in years if one.trial is not None)
    return Outcome("done", f"已恢复投递。{said}随即发出待发的函件 {leave} 封。{tried}")


RESTORED = Act(
    "restored",
    lambda _: "恢复备份后放行函件",
    (
        Field("fate", "备份之后、恢复之前的函件", "choice", choices=FATES, hint="查看邮件服务的记录，或询问收件人。"),
        KEPT,
    ),
    _released,
    lambda _book, _year, filled: f"恢复备份之前的函件{dict(FATES)[filled.words['fate']]}，恢复投递",
    subject=lambda _year, _filled: "restoration",
)
