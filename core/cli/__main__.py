"""``python -m core.cli``: the commands that need no settings yet."""

import click

from core.cli.keys import make_keys


@click.group(help="Commands for an installation that has no settings yet.")
def main() -> None:
    """The group of commands."""


@main.group(help="Make keys.")
def keys() -> None:
    """The group of key commands."""


keys.command("new")(make_keys)

if __name__ == "__main__":
    main()
