"""The one root of this programme's exceptions."""

from __future__ import annotations


class TalentError(Exception):
    """出错了。"""

    def __init__(self, **values: object) -> None:
        """Take the values that the class's docstring, which is the message, names in braces."""
        super().__init__((type(self).__doc__ or "").format(**values))
        self.values = values

    def __reduce__(self) -> tuple[object, ...]:
        """Let the error cross a process border: its values are keywords, which pickle would lose."""
        return _remade, (type(self), self.values)


def _remade(kind: type[TalentError], values: dict[str, object]) -> TalentError:
    return kind(**values)
