"""Check the signed file of a season, offline, with nothing but Python: python3 verify_season.py FILE [PUBLIC KEY]

It shares no code with the programme that wrote it. From the single records it works out anew what the file says of
the whole, and says what does not agree; 0 where all does. The key is compared where it is given: only who knows the
office's from elsewhere knows that nobody else signed.
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from ed25519 import is_signed  # type: ignore[import-not-found]  # the file beside this one

Season = dict[str, Any]
Moves = dict[tuple[str, str], dict[str, Any]]


GRADES = ("优秀", "合格", "不合格")
AWARDED = {"excellent": GRADES[:1], "certificates": GRADES[:2]}
"""Which grades count for what of the whole."""

DONE_AS = {"extension": ("extend", "return", "reject"), "correction": ("correct",), "rerun": ("rerun",)}
"""By why a later day was given, what the log may call it; the room that a phase is left besides has no name there."""


def packed(value: object) -> str:
    """The one way in which a value is written."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def opened(content: bytes, key: str = "") -> tuple[Season, str]:
    """The season in a file's bytes and its public key; ValueError where a single byte is not as it was signed."""
    try:
        file = json.loads(content)
        same = (packed(file) + "\n").encode() == content and set(file) == {"key", "season", "signature"}
        public, signature = bytes.fromhex(file["key"]), bytes.fromhex(file["signature"])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise ValueError("不是本系统签署的年度文件，或已损坏") from error
    if not same or not is_signed(public, signature, packed(file["season"]).encode()):
        raise ValueError("签名不符：文件签署之后被改动过")
    if key and key.lower() != file["key"]:
        raise ValueError("签署的密钥不是所给的这一把")
    return file["season"], file["key"]


def faults(season: Season) -> Iterator[str]:
    """What in a season does not agree with its single records, in words."""
    newest: Moves = {}
    if not season["moves"]:
        yield "没有一条记录"
    yield from _chain(season)
    yield from _moves(season, newest)
    gone = {city for (_, city), move in newest.items() if move["to"] == "withdrawn"}
    if gone != {*season["withdrawn"]}:
        yield f"退出的市：所写 {'、'.join(season['withdrawn'])}，记录 {'、'.join(sorted(gone))}"
    yield from _totals(season, newest, gone)
    yield from _results(season, newest, gone)
    yield from _filings(season, newest)
    yield from _decisions(season)
    yield from _letters(season, newest)
    yield from _awards(season)


def _totals(season: Season, newest: Moves, gone: set[str]) -> Iterator[str]:
    """Each total is that of its cities, or of its single results; there is none of anything else."""
    graded = [grade for city, _, grade in season["results"] if city not in gone]
    found = {name: sum(grade in counting for grade in graded) for name, counting in AWARDED.items()}
    for name, phase in season["counted"].items():
        tallies = (move["tally"] or {} for (of, city), move in newest.items() if of == phase and city not in gone)
        total = sum(tally.get(name, 0) for tally in tallies)
        if total != season["totals"].get(name):
            yield f"合计 {name}：所写 {season['totals'].get(name)}，各市相加 {total}"
    for name, said in season["totals"].items():
        if name in found and said != found[name]:
            yield f"{name}：所写 {said}，逐人相加 {found[name]}"
        elif name not in found and name not in season["counted"]:
            yield f"合计 {name} 无从核对"


def _results(season: Season, newest: Moves, gone: set[str]) -> Iterator[str]:
    """Each student has one grade that there is; a city's are as many as its own record says."""
    if len({number for _, number, _ in season["results"]}) != len(season["results"]):
        yield "同一报名号有两个等级"
    for _, number, grade in season["results"]:
        if grade not in GRADES:
            yield f"{number} 的等级 {grade} 不是所设的等级"
    for name, of in season["counted"].items():
        if name not in AWARDED:
            continue
        for (phase, city), move in newest.items():
            given = sum(grade in AWARDED[name] for there, _, grade in season["results"] if there == city)
            if phase == of and city not in gone and (move["tally"] or {}).get(name, 0) != given:
                yield f"{city} {name}：记录 {(move['tally'] or {}).get(name, 0)}，逐人相加 {given}"


def _awards(season: Season) -> Iterator[str]:
    """Letters of appointment and certificates are numbered from 1 without a gap; a file of before has none."""
    for kind in sorted({award[0] for award in season.get("awards", [])}):
        numbers = [number for of, number, *_ in season["awards"] if of == kind]
        if numbers != [*range(1, len(numbers) + 1)]:
            yield f"{kind} 的编号不连续：{len(numbers)} 份，最后一号 {max(numbers)}"


def _decisions(season: Season) -> Iterator[str]:
    """Each waiver, and each day that was given, was done in the log; whatever was opened again was given a day."""
    done: dict[tuple[str, str, str], set[str]] = {}
    for move in season["moves"]:
        if not move["refused"]:
            done.setdefault((move["phase"], move["city"], str(move["attempt"])), set()).add(move["event"])
    given = [((*cell,), DONE_AS.get(cause)) for _, *cell, cause, _, _ in season["decisions"]["extension"]]
    waived = [((*cell,), ("waive",)) for _, *cell, _ in season["decisions"]["waiver"]]
    for (phase, city, attempt), events in [*given, *waived]:
        if events and not done.get((phase, city, attempt), set()) & {*events}:
            yield f"{phase}/{city} 第 {attempt} 轮的决定没有记录（{'、'.join(events)}）"
    again = {cell[:2] for cell, events in done.items() if "rerun" in events}
    for phase, city in sorted(again - {cell[:2] for cell, events in given if events == DONE_AS["rerun"]}):
        yield f"{phase}/{city} 重新开放过，没有写到哪一天"


def _letters(season: Season, newest: Moves) -> Iterator[str]:
    """Letters are numbered upwards, and each is about a phase, a city and a round that there are."""
    numbers = [letter[0] for letter in season["letters"]]
    if numbers != sorted({*numbers}):
        yield "函件编号重复，或没有按编号排列"
    phases, cities = ({cell.split("/")[side] for cell in season["states"]} | {"*"} for side in (0, 1))
    for number, _, phase, city, attempt, *_ in season["letters"]:
        rounds = newest.get((phase, city), {"attempt": 1})["attempt"]
        if phase not in phases or city not in cities or (attempt.isdigit() and int(attempt) > rounds):
            yield f"第 {number} 号函件所说的 {phase}/{city} 第 {attempt} 轮，年度里没有"


def _filings(season: Season, newest: Moves) -> Iterator[str]:
    """Each city phase was judged as often as its newest record says."""
    last: dict[tuple[str, str], int] = {}
    for phase, city, number, part, passed in (filing[:5] for filing in season["filings"]):
        if number not in {last.get((phase, city), 0), last.get((phase, city), 0) + 1}:
            yield f"{phase}/{city} 第 {number} 次报送与前一次接不上"
        last[phase, city] = max(last.get((phase, city), 0), number)
        if (phase, city) not in newest:
            yield f"{phase}/{city} 有第 {number} 次报送（{part}，{passed}），没有记录"
    for (phase, city), move in newest.items():
        if move["filing"] != last.get((phase, city), 0):
            yield f"{phase}/{city} 记录报送 {move['filing']} 次，核验到第 {last.get((phase, city), 0)} 次"


def _chain(season: Season) -> Iterator[str]:
    """Each link hangs on the one before, and each record of the season has its link."""
    before = ""
    linked: dict[int, str] = {}
    for place, (number, record, row, content, chained) in enumerate(season["links"], 1):
        said = f"{before} {season['year']} {number} {record} {row} {content}"
        if number != place or hashlib.sha256(said.encode()).hexdigest() != chained:
            yield f"记录链第 {place} 环接不上"
        if record == "transition":
            linked[row] = content
        before = chained
    if linked != {move["id"]: move["content"] for move in season["moves"]}:
        yield "记录与记录链不符"


def _moves(season: Season, newest: Moves) -> Iterator[str]:
    """Each city phase is followed from its first record to its last, without a gap."""
    for move in season["moves"]:
        cell = move["phase"], move["city"]
        before = newest.get(cell, {"seq": 0, "to": move["from"]})
        if (move["seq"], move["from"]) != (before["seq"] + 1, before["to"]):
            yield f"{cell[0]}/{cell[1]} 第 {move['seq']} 条记录与前一条接不上"
        newest[cell] = move
    states = {f"{phase}/{city}": move["to"] for (phase, city), move in newest.items()}
    for cell in states.keys() - season["states"].keys():
        yield f"{cell} 有记录，没有写它的状态"
    for cell, state in season["states"].items():
        if states.get(cell, "waiting") != state:
            yield f"{cell} 所写 {state}，记录到 {states.get(cell, 'waiting')}"


def main(argv: list[str]) -> int:
    """Say what a file holds and whether it holds; 0 where it does."""
    say = sys.stdout.write
    if len(argv) not in {2, 3}:
        say(f"{__doc__}\n")
        return 2
    try:
        season, key = opened(Path(argv[1]).read_bytes(), *argv[2:])
    except (OSError, ValueError) as error:
        say(f"不可信：{error}\n")
        return 1
    found = list(faults(season))
    say(f"{season['year']} 年度，公钥 {key}\n")
    say(f"记录 {len(season['moves'])} 条，报送 {len(season['filings'])} 次，函件 {len(season['letters'])} 封\n")
    say("合计：" + "，".join(f"{name} {total}" for name, total in sorted(season["totals"].items())) + "\n")
    say("\n".join(found or ["签名有效，记录链完好，各项合计与逐条记录一致。"]) + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
