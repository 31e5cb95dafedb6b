"""The reference pages, made from the code they describe: `python -m scheduler.reference` rewrites them.

A test holds docs/reference/ to what these functions return.
"""

import inspect
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import typer.main

from scheduler import exit_codes
from scheduler.config.keys import SECTIONS, TABLES, Key, Section

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "reference"
_NOTE = "<!-- Made by `python -m scheduler.reference`; change the code it describes instead. -->\n"


def pages() -> dict[str, str]:
    """Return every generated page by its file name."""
    return {
        "configuration.md": configuration(),
        "commands.md": commands(),
        "exit-codes.md": codes(),
    }


def configuration() -> str:
    """Return the page on every configuration key."""
    head = """# Configuration

moonwire reads one TOML file: the one after `--config` (or in `MOONWIRE_CONFIG`), else `./moonwire.toml`,
else `moonwire.toml` in your configuration folder (`~/.config/moonwire/` on Linux). Every key has a
default, so no file is needed; `moonwire init` writes one with all keys in comments. Relative paths start
at the file's folder. The file is checked as a whole before anything starts; each mistake is one sentence
that names the file, the key or line, what was found and what is expected, and the command ends with 2.
"""
    return "\n".join([_NOTE + head, *(_section(section) for section in (*SECTIONS, *TABLES))])


def commands() -> str:
    """Return the page on every command."""
    head = """# Commands

`moonwire COMMAND ...`, or `python -m moonwire COMMAND ...`. Options before the command's name hold for
all commands; `--config FILE` may also stand after it. With `--json` a command prints one object per line
on standard output and nothing else; what its fields mean stands in [JSON output](json.md). How commands
end stands in [exit codes](exit-codes.md).
"""
    group = typer.main.get_command(_app())
    parts = [_NOTE + head, "## For all commands\n", _options(group)]
    parts += [_command(name, command) for name, command in _leaves("moonwire", group)]
    return "\n".join(parts)


def codes() -> str:
    """Return the page on exit codes."""
    rows = "".join(f"| {code} | {meaning} |\n" for code, meaning in exit_codes.MEANINGS.items())
    return f"{_NOTE}# Exit codes\n\n| Code | Meaning |\n| --- | --- |\n{rows}"


def main() -> None:
    """Write the pages."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


def _app() -> typer.Typer:
    from scheduler.commands.every import app  # noqa: PLC0415 # not before somebody asks for the page

    return app


def _section(section: Section) -> str:
    title = f"[[{section.name}]]" if section in TABLES else f"[{section.name}]"
    rows = "".join(_key(key) for key in section.keys)
    return (
        f"## `{title}`\n\n{section.help}\n\n| Key | Default | Expected | Meaning |\n"
        f"| --- | --- | --- | --- |\n{rows}"
    )


def _key(key: Key) -> str:
    default = f"`{key.default}`" if key.default is not None else key.note
    return f"| `{key.name}` | {default} | {key.kind.expected} | {key.help} |\n"


def _leaves(path: str, group: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 # Typer's own Click, or Click's
    children: Mapping[str, Any] = group.commands
    for name, command in children.items():
        full = f"{path} {name}"
        if hasattr(command, "commands"):
            yield from _leaves(full, command)
        else:
            yield full, command


def _command(path: str, command: Any) -> str:  # noqa: ANN401 # as above
    arguments = " ".join(_argument(p) for p in command.params if p.param_type_name == "argument")
    text = inspect.cleandoc(command.help or "")
    body, _, example = text.partition("Example")
    shown = example.partition(":")[2].strip()
    usage = f"{path} [options] {arguments}".strip()
    lines = re.split(r";\s+", shown) if shown else []
    block = "```sh\n" + "\n".join(lines) + "\n```\n" if lines else ""
    return f"## `{path}`\n\n    {usage}\n\n{body.strip()}\n\n{block}\n{_options(command)}"


def _argument(parameter: Any) -> str:  # noqa: ANN401 # as above
    name = parameter.metavar or parameter.name.upper()
    return name if parameter.required or name.startswith("[") else f"[{name}]"


def _options(command: Any) -> str:  # noqa: ANN401 # as above
    rows = ""
    for parameter in command.params:
        if parameter.param_type_name == "argument":
            name = parameter.metavar or parameter.name.upper()
            name = name.replace("[", "").replace("]", "")
            rows += f"| `{_cell(name)}` | {_told(parameter)} |\n"
        elif parameter.name not in {"install_completion", "show_completion"}:
            names = ", ".join(f"`{option}`" for option in parameter.opts)
            value = "" if parameter.is_flag else f" `{_cell(parameter.metavar)}`"
            rows += f"| {names}{value} | {_told(parameter)} |\n"
    return f"| Argument or option | Meaning |\n| --- | --- |\n{rows}" if rows else ""


def _told(parameter: Any) -> str:  # noqa: ANN401 # as above
    default = parameter.default
    plain = isinstance(default, str | int | Path) and not isinstance(default, bool) and default != ""
    told = _cell(parameter.help or "")
    return f"{told} Default: `{default}`." if plain else told


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    main()
