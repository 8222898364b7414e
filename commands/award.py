"""`talent award`: letters of appointment and certificates, issued, listed, printed, confirmed, taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from commands.options import COMMON, SEASON, City, Common, DryRun, Reason, SeasonOptions, UsageError, environment, local
from commands.output import answer, line, table

app = App(name="award")
Kind = Annotated[
    Literal["appointment", "certificate"], Parameter(name="种类", help="appointment 导师聘书，certificate 培养证书")
]
Token = Annotated[str, Parameter(name="核验码", help="核验页面的地址，或其最后一段")]
Number = Annotated[str, Parameter(name="编号", help="编号里的数字，如 12")]


@app.command(help="颁发：给应有而未有的人各一份，连续编号；已颁发的不再颁发")
def issue(kind: Kind, /, *, dry_run: DryRun = False, season: SeasonOptions = SEASON) -> int:
    """Issue what is due of a kind, or show who would get which number."""
    return _run(season, "issue-awards", {"kind": kind}, dry_run=dry_run)


@app.command(help="作废一份；核验页面随即显示作废")
def revoke(
    kind: Kind, number: Number, /, *, reason: Reason, dry_run: DryRun = False, season: SeasonOptions = SEASON
) -> int:
    """Let a paper hold no longer."""
    return _run(season, "revoke-award", {"kind": kind, "number": number, "reason": reason}, dry_run=dry_run)


@app.command(help="作废一份，按现在的姓名、单位、等级另给编号补发")
def reissue(
    kind: Kind, number: Number, /, *, reason: Reason, dry_run: DryRun = False, season: SeasonOptions = SEASON
) -> int:
    """Let a paper hold no longer, and issue another in its place."""
    return _run(season, "reissue-award", {"kind": kind, "number": number, "reason": reason}, dry_run=dry_run)


def _run(season: SeasonOptions, slug: str, given: dict[str, object], *, dry_run: bool) -> int:
    """Do one of these acts; of several years that run one has to be named, for numbers are of a year."""
    from acts.act import Bench
    from acts.book import ACTS
    from commands.outcomes import perform

    database, year, stamp = season.acting()
    act = ACTS[slug]
    return perform(season, act, Bench(database, year, stamp, dry_run=dry_run), act.fill(year, given))


@app.command(name="list", help="登记簿：编号、发给谁、是否有效；学生的姓名遮盖一字")
def list_(*, city: City = None, season: SeasonOptions = SEASON) -> int:
    """Print the register of a year."""
    from acts.masking import one_covered
    from models.awards import TITLES, register

    database, year, _ = season.viewing()
    place = year.city(city).slug if city else None
    with database.read() as connection:
        found = register(connection, year.year, place)
    data = [
        {
            "kind": one.kind, "number": one.number, "city": one.city, "student": one.student or None,
            "grade": one.grade or None, "issued": local(one.as_of).isoformat(), "by": one.by, "edition": one.edition,
            "revoked": local(one.revoked).isoformat() if one.revoked else None,
        }
        for one in found
    ]  # fmt: skip
    rows = [
        (
            f"{TITLES[one.kind]}第{one.number}号",
            year.city(one.city).name,
            one_covered(one.name) if one.student and not one.nameless else one.name,
            one.student or one.place,
            one.grade,
            f"{local(one.as_of):%Y-%m-%d}" + ("，补发" if one.edition > 1 else ""),
            f"已作废：{one.why}" if one.revoked else "有效",
        )
        for one in found
    ]
    shown = table("编号", "城市", "姓名", "报名号、单位", "等级", "颁发", "现状", rows=rows)
    answer(season.json, data, lambda console: console.print(shown) if rows else line(console, "还没有颁发。"))
    return 0


@app.command(name="print", help="打印：一个种类的全部、一个市的，或一份，写成一个 PDF（PDF/A）")
def print_(
    kind: Kind,
    /,
    *,
    reason: Reason,
    number: Annotated[int | None, Parameter(metavar="编号", help="只打印这一份")] = None,
    city: City = None,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"], metavar="文件", help="写到哪里")] = None,
    season: SeasonOptions = SEASON,
) -> int:
    """Write those in force as one file; whole names are on them, and the reason is put on record."""
    from acts.awards import printed, to_print
    from commands.named_files import write
    from letters.award_papers import Stationery
    from models import audit
    from models.awards import TITLES
    from models.standing import opened

    database, year, stamp = season.viewing()
    place = year.city(city).slug if city else None
    with database.read() as connection:
        rehearsal = opened(connection, year.year).rehearsal
        found, old = to_print(connection, year, kind, place, number)
    if not found:
        why = "颁发之后都有变化，要打印请写编号" if old else "没有颁发过，或已经作废"
        raise UsageError(f"没有可以打印的{TITLES[kind]}：{why}。")
    settings = environment()
    if not rehearsal and not settings.base_url_chosen:
        raise UsageError("二维码要有系统的访问地址，请设置 TALENT_BASE_URL。")
    pdf = printed(kind, found, settings.links_lead, Stationery(settings.papers), sample=rehearsal)
    with database.write() as connection:
        what, subject = f"打印聘书、证书（{len(found)} 份）", f"award/{year.year}/{kind}"
        audit.record(connection, stamp, what, subject, city=place, reason=reason)
    to = output or Path(f"{kind}-{year.year}.pdf")
    write(to, pdf)
    said = f"已写入 {to}：{TITLES[kind]} {len(found)} 份。"
    left = [one.number for one in old]
    if left:
        said += f"颁发之后有变化、没有打印的：{'、'.join(f'第{one}号' for one in left)}。"
    answer(season.json, {"file": str(to), "count": len(found), "left_out": left}, lambda console: line(console, said))
    return 0


@app.command(help="核验：按二维码里的地址或其中的核验码")
def verify(token: Token, /, *, common: Common = COMMON) -> int:
    """Confirm a paper as its page does; 1 where there is none, or it holds no longer."""
    from acts.masking import one_covered
    from models.awards import confirmed

    with common.database().read() as connection:
        found = confirmed(connection, token.rstrip("/").rpartition("/")[2])
    data = None
    if found is not None:
        named = "" if found.nameless else one_covered(found.name)
        data = {
            "kind": found.kind, "year": found.year, "number": found.number, "grade": found.grade or None,
            "name": named or None, "valid": found.revoked is None,
        }  # fmt: skip
        said = "　".join(filter(None, (found.title, found.grade, named, "已作废" if found.revoked else "有效")))
    else:
        said = "没有查到：不是任何一份聘书、证书的核验码。"
    answer(common.json, data, lambda console: line(console, said))
    return 0 if found is not None and found.revoked is None else 1


@app.command(help="把系统所附的式样取到 TALENT_PAPERS（var/papers），在那里改成本单位的")
def template(name: Annotated[Literal["appointment", "certificate", "sheet"], Parameter(name="式样")], /) -> int:
    """Copy a shipped template to the office's folder; 1 where there is one already."""
    from commands.output import say
    from letters.award_papers import SUFFIX, shipped

    file = environment().papers / f"{name}{SUFFIX}"
    if file.exists():
        say(f"{file} 已经有了，没有改动。")
        return 1
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(shipped(f"{name}{SUFFIX}"))
    say(f"已写入 {file}；印章放在同一目录的 seal.png，签名放在 signature.png。")
    return 0
