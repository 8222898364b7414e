"""Figures by school and subject are those of the totals: of what counts, and of nobody else."""

from __future__ import annotations

from collections import Counter

from models import reports, statistics
from models.statistics import ADMITTED, APPLIED, FUNDED, INTERVIEWED, TAKEN, TRAINED
from models.trained import with_trained
from tests.support.scenes import FILED, NANJING, YEAR, Scene, instant

APPROVED, LEFT = "2022-02-27T10:00", "2022-02-27T11:00"


def figures(scene: Scene) -> dict[str, int]:
    """Give what is counted of each thing, once it agrees with the totals that the office knows."""
    with scene.database.read() as connection:
        matrix = with_trained(connection, reports.matrix(connection, YEAR, instant(LEFT)))
        found = Counter[str]()
        for group, count in statistics.of_year(connection, YEAR).items():
            found[group.what] += count
    known = {ADMITTED: matrix.totals["admitted"], FUNDED: matrix.totals["funded"], TRAINED: matrix.in_training}
    assert {what: found[what] for what in known} == known
    return dict(found)


def test_drafts_are_in_no_figure_and_a_city_that_left_is_in_none(scene: Scene) -> None:
    def draft(phase: str) -> None:
        assert scene.load(phase, NANJING, scene.sheets(phase, NANJING), FILED[phase]).done

    scene.through("mentor-recommendation", NANJING)
    draft("application")
    assert figures(scene) == {}
    assert scene.submit("application", NANJING, FILED["application"]).done
    applied = {APPLIED: 6, TAKEN: 6}
    scene.file("shortlist", NANJING)
    draft("interview")
    assert figures(scene) == applied
    assert scene.submit("interview", NANJING, FILED["interview"]).done
    admitted = applied | {INTERVIEWED: 6, ADMITTED: 2, FUNDED: 2}
    assert figures(scene) == admitted
    assert scene.approve("interview", NANJING, APPROVED).done
    assert figures(scene) == admitted | {TRAINED: 2}
    assert scene.withdraw(NANJING, LEFT).done
    assert figures(scene) == {}
