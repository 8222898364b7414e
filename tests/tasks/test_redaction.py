from __future__ import annotations

import traceback

import pytest

from calendars.errors import TalentError
from tasks.redaction import Defect, discreet


def fail() -> None:
    raise KeyError("3209-2022-0007 王小明")


def test_a_defect_tells_its_kind_and_place_and_nothing_else() -> None:
    with pytest.raises(Defect) as caught, discreet():
        fail()
    place = f"tests/tasks/test_redaction.py:{fail.__code__.co_firstlineno + 1}"
    assert str(caught.value).startswith("程序出错：KeyError tasks/redaction.py:")
    assert str(caught.value).endswith(f" {place}。")
    assert "王小明" not in "".join(traceback.format_exception(caught.value))


def test_an_error_of_ours_says_what_it_says() -> None:
    class Closed(TalentError):
        """{year} 年度已归档。"""

    with pytest.raises(Closed, match="2022 年度已归档"), discreet():
        raise Closed(year=2022)


def test_what_goes_well_goes_through() -> None:
    with discreet():
        done = True
    assert done
