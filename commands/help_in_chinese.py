"""The command line's own words: cyclopts' help and its complaints, in Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cyclopts import exceptions
from cyclopts.help import DefaultFormatter, HelpEntry, HelpPanel

if TYPE_CHECKING:
    from cyclopts import CycloptsError
    from rich.console import Console, ConsoleOptions

TITLES = {"Commands": "命令", "Parameters": "选项", "Arguments": "参数"}
FLAGS = {"--help": "显示本说明", "--version": "显示版本"}


class ChineseHelp(DefaultFormatter):
    """Cyclopts' help page with Chinese titles and notes."""

    def __call__(self, console: Console, options: ConsoleOptions, panel: HelpPanel) -> None:
        """Print one panel."""
        entries = [_entry(entry) for entry in panel.entries]
        super().__call__(console, options, panel.copy(title=TITLES.get(str(panel.title), panel.title), entries=entries))

    def render_usage(self, console: Console, options: ConsoleOptions, usage: Any) -> None:  # noqa: ANN401, ARG002
        """Print the line that shows how a command is written."""
        words = str(usage).strip().replace("COMMAND", "命令").replace("[OPTIONS]", "[选项]").replace("[ARGS]", "[参数]")
        console.print(f"用法：{words}\n", markup=False)


def _entry(entry: HelpEntry) -> HelpEntry:
    """The entry with what cyclopts would say in English said in its description."""
    said = FLAGS.get(entry.names[0]) if entry.names else None
    notes = [said or _plain(entry.description)]
    if entry.choices:
        notes.append(f"（可选：{'、'.join(entry.choices)}）")
    if entry.default not in {None, "False"}:
        notes.append(f"（不写时：{entry.default}）")
    if entry.required:
        notes.append("（必填）")
    return entry.copy(description="".join(notes), choices=None, default=None, env_var=None, required=False)


def _plain(description: Any) -> str:  # noqa: ANN401 - str, rich text or cyclopts' own InlineText
    from rich.text import Text

    shown = getattr(description, "primary_renderable", description)
    return shown.plain if isinstance(shown, Text) else str(shown or "")


def complaint(error: CycloptsError) -> str:  # noqa: PLR0911 - one return a kind of complaint
    """What was wrong with the command, as one Chinese sentence."""
    match error:
        case exceptions.UnknownCommandError(unused_tokens=tokens):
            return f"没有“{(tokens or ['？'])[0]}”这个命令。"
        case exceptions.UnknownOptionError(token=token):
            return f"没有“{token.keyword or token.value}”这个选项。"
        case exceptions.MissingArgumentError():
            return f"缺少 {_name(error)}。"
        case exceptions.CoercionError(msg=str(words)):
            return f"{_name(error)}：{words}。"
        case exceptions.CoercionError(token=token) if token is not None:
            return f"{_name(error)} 不能是“{token.value}”{_choices(error)}。"
        case exceptions.RepeatArgumentError(token=token):
            return f"{token.keyword} 写了两次，只能写一个。"
        case exceptions.UnusedCliTokensError(unused_tokens=[word, *_]) if tuple(error.command_chain or ()) == ("act",):
            return _no_such_act(word)
        case exceptions.UnusedCliTokensError(unused_tokens=tokens):
            return f"多出了“{' '.join(tokens or [])}”。"
        case exceptions.ValidationError(exception_message=words) if words:
            return f"{words.rstrip('。')}。"
        case _:
            return f"命令写得不对（{error}）。"


def help_on(error: CycloptsError) -> str:
    """Give the command line that prints the help of the command in which it went wrong."""
    return " ".join(["talent", *(error.command_chain or ()), "--help"])


def _no_such_act(word: str) -> str:
    from commands.act import OWN

    return (
        f"“{word}”这项办理的命令是 talent {OWN[word]}。"
        if word in OWN
        else f"没有“{word}”这项办理；写 talent act 看各项办理。"
    )


def _name(error: CycloptsError) -> str:
    if error.argument is None:
        return "命令"
    return error.argument.name


def _choices(error: exceptions.CoercionError) -> str:
    from typing import Literal, get_args, get_origin

    if get_origin(error.target_type) is Literal:
        return f"，应为 {'、'.join(map(str, get_args(error.target_type)))} 之一"
    return "，应为整数" if error.target_type is int else ""
