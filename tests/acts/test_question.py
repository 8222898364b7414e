"""A city asks again about what stands, and is answered, takes it back, or no longer needs an answer."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping

import pytest

from acts.act import Bench
from acts.answer import answer, answer_question
from acts.book import ACTS
from acts.doing import previewed, recorded
from acts.question import ABOUT, question
from acts.retract import retract
from gates.states import Event, State
from models import histories
from models.city_requests import requests
from season.outcome import Outcome
from tests.acts.test_answered import states
from tests.acts.test_moved import APPLICATION, ROLL, asked, begun, sent
from tests.acts.test_statements import counted
from tests.acts.test_together import own, together
from tests.support import sheets
from tests.support.scenes import NANJING, YEAR, Scene, stamp

AT, LATER, NEXT = "2022-01-18T11:00", "2022-01-18T15:00", "2022-01-19T10:00"
WORDS = "材料均已附上，请复核"


def returned(scene: Scene) -> Scene:
    """Nanjing's applications, refused by the gate."""
    return refused(sent(begun(scene).through(ROLL, NANJING)))


def refused(scene: Scene) -> Scene:
    wrong = sheets.application([sheets.student(scene.city(NANJING), 1, recommended=False)])
    scene.load(APPLICATION, NANJING, wrong, "2022-01-18T10:00")
    assert scene.submit(APPLICATION, NANJING, "2022-01-18T10:00").outcome == "returned"
    return scene


def questioned(scene: Scene, at: str = AT, about: str = "verdict", words: str = WORDS) -> Outcome:
    return question(scene.database, YEAR, APPLICATION, NANJING, stamp(at, "南京 某"), about=about, reason=words)


def number(scene: Scene) -> int:
    with scene.database.read() as connection:
        return max(one.id for one in requests(connection, YEAR))


def answers(scene: Scene) -> list[tuple[str, str | None] | None]:
    with scene.database.read() as connection:
        found = requests(connection, YEAR)
    return [(one.answer.said, one.answer.reason) if one.answer else None for one in found]


def told(scene: Scene, *, changed: bool, at: str = LATER) -> Outcome:
    given = (scene.database, YEAR, number(scene), stamp(at))
    return answer_question(*given, changed=changed, reason="已再次核对")


def logged(scene: Scene) -> list[tuple[str, str, str]]:
    asking = {Event.ASK, Event.QUESTION, Event.RETRACT, Event.ANSWER}
    with scene.database.read() as connection:
        found = histories.as_written(connection, histories.Span(YEAR, None, APPLICATION, NANJING))
    return [(move.event, move.by, move.reason or "") for move in found if move.event in asking]


def test_a_question_reaches_the_province_at_once_and_moves_nothing_but_the_log(scene: Scene) -> None:
    before = returned(scene).cell(APPLICATION, NANJING)
    said = questioned(scene)
    assert (said.outcome, said.message) == (
        "done",
        "南京 学生申报：已就第1次报送的核验结论向省级管理办公室提出异议。答复之前，原来的结论、决定和期限不变。",
    )
    (letter,) = said.changes.letters
    assert (letter.kind, letter.recipient, letter.state, letter.ics) == ("question", "province", "queued", None)
    assert letter.subject == "【省后备人才培养计划】待答复的异议：南京市学生名单"
    assert (
        "南京市管理办公室南京 某于2022年1月18日对2022年度学生申报第1次报送的核验结论提出异议，请予答复。" in letter.text
    )
    assert f"异议内容：{WORDS}\n" in letter.text
    after = scene.cell(APPLICATION, NANJING)
    assert (after.state, after.filings, after.attempt) == (before.state, before.filings, before.attempt)
    assert logged(scene) == [("question", "南京 某", f"第1次报送的核验结论：{WORDS}")]


def test_it_stands_in_the_digest_until_it_is_answered(scene: Scene) -> None:
    questioned(returned(scene))
    day = [row.text for row in scene.advance("2022-01-19T09:00").changes.letters if row.kind == "digest"]
    assert "对第1次报送的核验结论提出异议，请答复" in "".join(day)
    told(scene, changed=False, at=NEXT)
    day = [row.text for row in scene.advance("2022-01-20T09:00").changes.letters if row.kind == "digest"]
    assert "提出异议" not in "".join(day)


def test_what_stands_is_upheld_with_the_reason_and_the_provinces_letter_is_taken_back(scene: Scene) -> None:
    questioned(returned(scene))
    said = told(scene, changed=False)
    assert (said.outcome, said.message) == ("done", f"{number(scene)} 号异议已答复：维持。")
    (letter,) = said.changes.letters
    assert (letter.kind, letter.recipient, letter.valid_until, letter.ics) == ("answered", "city:nanjing", None, None)
    assert letter.subject == "【省后备人才培养计划】异议的答复，维持不变：南京市学生名单"
    assert "对2022年度学生申报第1次报送的核验结论提出的异议收悉。经复核，维持不变。" in letter.text
    assert re.findall("(异议内容|答复意见)：(.*)", letter.text) == [("异议内容", WORDS), ("答复意见", "已再次核对")]
    assert states(scene, "question") == ["cancelled"]
    assert logged(scene)[1:] == [("answer", "省办", "维持（异议）：已再次核对")]
    again = told(scene, changed=False, at=NEXT)
    assert again.message.endswith("已由 省办 于 2022-01-18 15:00:00 答复（维持），未作改动。")


def test_that_something_changed_is_answered_only_where_an_act_changed_it_and_names_that(scene: Scene) -> None:
    questioned(returned(scene))
    vain = told(scene, changed=True)
    assert (vain.outcome, answers(scene)) == ("refused", [None])
    assert "在提出异议之后没有改动；请先办理" in vain.message
    scene.rerun(APPLICATION, NANJING, "2022-01-18T16:00", scene.year.phase(APPLICATION).due)
    said = told(scene, changed=True, at="2022-01-18T17:00")
    assert said.message == f"{number(scene)} 号异议已答复：已调整（2022年1月18日办理“重新开放”）。"
    (letter,) = said.changes.letters
    assert "经复核，已作调整：2022年1月18日办理“重新开放”。" in letter.text
    assert letter.subject == "【省后备人才培养计划】异议的答复，已作调整：南京市学生名单"
    with scene.database.read() as connection:
        (one,) = requests(connection, YEAR)
        moves = histories.moves(connection, histories.Span(YEAR, None, APPLICATION, NANJING))
    assert one.answer is not None
    assert [move.event for move in moves if move.seq == one.answer.move] == [Event.RERUN]


def test_what_the_city_files_without_an_answer_needs_none_and_it_is_told_so(scene: Scene) -> None:
    questioned(returned(scene))
    scene.load(APPLICATION, NANJING, scene.sheets(APPLICATION, NANJING), NEXT)
    done = scene.submit(APPLICATION, NANJING, NEXT)
    (letter,) = [row for row in done.changes.letters if row.kind == "answered"]
    assert "2022年度学生申报已经通过，所提异议不再需要处理；仍有不同意见的，可以再次提出。" in letter.text
    assert answers(scene) == [("needless", "异议已不需要：本阶段已经通过")]
    assert states(scene, "question") == ["cancelled"]
    assert questioned(scene, "2022-01-19T11:00").done, "of the verdict that passed"
    scene.advance("2022-01-20T09:00")
    assert answers(scene)[1:] == [None]


BY_THE_PROVINCE: Mapping[str, Callable[[Scene], Outcome]] = {
    "extended": lambda scene: scene.extend(APPLICATION, [NANJING], LATER, scene.year.phase("shortlist").due),
    "rerun": lambda scene: scene.rerun(APPLICATION, NANJING, LATER, scene.year.phase("shortlist").due),
    "withdrawn": lambda scene: scene.withdraw(NANJING, LATER),
}


@pytest.mark.parametrize("act", BY_THE_PROVINCE.values(), ids=BY_THE_PROVINCE)
def test_what_the_province_does_answers_no_question_by_itself(scene: Scene, act: Callable[[Scene], Outcome]) -> None:
    questioned(returned(scene))
    assert act(scene).done
    assert answers(scene) == [None]
    assert told(scene, changed=True, at=NEXT).done


def test_it_is_taken_back_beside_a_request_that_stays(scene: Scene) -> None:
    returned(scene)
    questioned(scene)
    asked(scene, "2022-01-18T12:00")
    given = (scene.database, YEAR, APPLICATION, NANJING, stamp("2022-01-18T13:00", "南京 某"))
    assert retract(*given, kind="question").message == "南京 学生申报：已撤回对第1次报送的核验结论的异议。"
    assert answers(scene) == [("retracted", ""), None]
    assert retract(*given, kind="question").outcome == "refused"
    assert retract(*given).done
    assert [event for event, _, _ in logged(scene)] == ["question", "ask", "retract", "retract"]


def test_there_must_be_something_to_question_and_one_question_waits_at_a_time(scene: Scene) -> None:
    sent(begun(scene).through(ROLL, NANJING))
    none = {about: questioned(scene, "2022-01-18T09:00", about).message for about in ABOUT}
    assert none == {about: f"南京 学生申报：还没有{word}。" for about, word in ABOUT.items()}
    refused(scene)
    assert questioned(scene, words=" ").message == "南京 学生申报：请写明异议内容。"
    assert questioned(scene, words="长" * 501).message == "南京 学生申报：异议内容长 501 字，超过 500 字，请改正。"
    assert questioned(scene).done
    assert "已提出异议，正等省级管理办公室答复，不必重复提出" in questioned(scene, LATER).message


def test_of_an_answer_and_of_a_decision(scene: Scene) -> None:
    returned(scene)
    request = asked(scene, "2022-01-18T12:00")
    answer(scene.database, YEAR, request, stamp("2022-01-18T13:00"), grant=False, until=None, reason="不必")
    assert f"已就{request}号申请的答复向省级管理办公室提出异议" in questioned(scene, LATER, "answer").message
    assert told(scene, changed=False, at="2022-01-18T16:00").done
    scene.extend(APPLICATION, [NANJING], "2022-01-18T17:00", scene.year.phase("shortlist").due)
    assert "省级管理办公室“延期”的决定" in questioned(scene, "2022-01-18T18:00", "decision").message


def test_an_answer_is_of_the_kind_that_was_asked(scene: Scene) -> None:
    returned(scene)
    questioned(scene)
    one = answer(scene.database, YEAR, number(scene), stamp(LATER), grant=True, until=None, reason="同意")
    assert one.message == f"{number(scene)} 号是异议，请答复“维持”或“已调整”，未作改动。"
    request = asked(scene, LATER)
    other = told(scene, changed=False, at="2022-01-18T16:00")
    assert other.message == f"{request} 号是延期申请，请答复“同意”或“不同意”，未作改动。"


def test_a_question_may_be_asked_in_every_state_and_leaves_each_as_it_is(scene: Scene) -> None:
    """All states that a phase comes to, in one season: the answer to a request is what may be questioned in any."""
    begun(scene)
    seen: set[State] = set()

    def ask(phase: str, at: str) -> None:
        before = scene.cell(phase, NANJING)
        said = question(
            scene.database, YEAR, phase, NANJING, stamp(at, "南京 某"), about="decision", reason=WORDS, token=at
        )
        assert said.done, said
        assert scene.cell(phase, NANJING).state is before.state
        seen.add(before.state)
        given = (scene.database, YEAR, number(scene), stamp(at))
        assert answer_question(*given, changed=False, reason="维持").done

    scene.extend("shortlist", [NANJING], "2022-01-04T10:00", scene.year.phase("interview").due)
    ask("shortlist", "2022-01-05T10:00")
    scene.extend(ROLL, [NANJING], "2022-01-05T11:00", scene.year.phase(APPLICATION).due)
    ask(ROLL, "2022-01-05T12:00")
    scene.load(ROLL, NANJING, scene.sheets(ROLL, NANJING), "2022-01-06T10:00")
    scene.submit(ROLL, NANJING, "2022-01-06T10:00")
    ask(ROLL, "2022-01-06T11:00")
    scene.reject(ROLL, NANJING, "2022-01-06T12:00")
    ask(ROLL, "2022-01-06T13:00")
    scene.submit(ROLL, NANJING, "2022-01-07T10:00")
    scene.approve(ROLL, NANJING, "2022-01-07T11:00")
    ask(ROLL, "2022-01-07T12:00")
    scene.extend(APPLICATION, [NANJING], "2022-01-07T13:00", scene.year.phase("shortlist").due)
    scene.advance("2022-01-31T09:00")
    ask(APPLICATION, "2022-01-31T10:00")
    scene.withdraw(NANJING, "2022-01-31T11:00")
    ask(APPLICATION, "2022-01-31T12:00")
    assert seen == set(State)


def test_asking_and_answering_ask_as_often_whatever_was_asked_before(scene: Scene) -> None:
    returned(scene)
    with counted(scene.database) as one:
        questioned(scene)
        told(scene, changed=False)
    for hour in range(16, 20):
        questioned(scene, f"2022-01-18T{hour}:00")
        told(scene, changed=False, at=f"2022-01-18T{hour}:30")
    with counted(scene.database) as many:
        questioned(scene, "2022-01-18T21:00")
        told(scene, changed=False, at="2022-01-18T21:30")
    assert len(many) == len(one)


def test_through_the_book_it_is_asked_answered_and_previewed(scene: Scene) -> None:
    returned(scene)
    ask, reply = ACTS["question"], ACTS["answer"]
    given = {"phase": APPLICATION, "city": NANJING, "about": "verdict", "reason": WORDS}
    city = Bench(scene.database, scene.year, stamp(AT, "南京 某"))
    assert previewed(ask, city, ask.fill(scene.year, given)).done
    assert answers(scene) == []
    assert recorded(ask, city, ask.fill(scene.year, given)).done
    told_so = {"request": number(scene), "answer": "upheld", "reason": "已核对"}
    province = Bench(scene.database, scene.year, stamp(LATER))
    assert previewed(reply, province, reply.fill(scene.year, told_so)).done
    assert recorded(reply, province, reply.fill(scene.year, told_so)).done
    assert answers(scene) == [("upheld", "已核对")]


def both(scene: Scene, other: Callable[[Scene], object]) -> list[object]:
    """The province answers, and the city does something else, at the same time."""
    asked_for = number(scene)

    def reply(alone: Scene) -> object:
        given = (alone.database, YEAR, asked_for, stamp(LATER))
        return answer_question(*given, changed=False, reason="已再次核对")

    return together([own(scene, reply), own(scene, other)])


def test_of_an_answer_and_a_retraction_at_once_one_is_done(scene: Scene) -> None:
    questioned(returned(scene))
    given = (YEAR, APPLICATION, NANJING, stamp(LATER, "南京 某"))
    found = both(scene, lambda alone: retract(alone.database, *given, kind="question"))
    assert Counter(isinstance(one, Outcome) and one.done for one in found) == {True: 1, False: 1}, found
    said = [one[0] for one in answers(scene) if one]
    assert said == (["upheld"] if isinstance(found[0], Outcome) and found[0].done else ["retracted"])
    assert states(scene, "question") == ["cancelled"]


def test_of_an_answer_and_a_filing_at_once_the_question_has_one_answer(scene: Scene) -> None:
    questioned(returned(scene))
    scene.load(APPLICATION, NANJING, scene.sheets(APPLICATION, NANJING), "2022-01-18T12:00")
    reply, filed = both(scene, lambda alone: alone.submit(APPLICATION, NANJING, LATER))
    assert isinstance(filed, Outcome)
    assert filed.done
    said = [one[0] for one in answers(scene) if one]
    assert said == (["upheld"] if isinstance(reply, Outcome) and reply.done else ["needless"])
    assert len(states(scene, "answered")) == 1
