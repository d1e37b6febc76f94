"""``flask shutter``: close and open the service."""

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from core.web import shutter
from core.web.pages import settings

group = AppGroup("shutter", help="Close the service with a page of dated news, or open it again.")


@group.command("on")
@click.argument("text", default="")
def on(text: str) -> None:
    """Close the service; TEXT is the news, dated now. Again while closed: more news on top."""
    shutter.close(settings().data_dir, text, shutter.template_of(current_app), settings().helpline)
    click.echo("Closed. Every address answers 503 with the news. 服务已暂停。")


@group.command("off")
def off() -> None:
    """Open the service again."""
    was_closed = shutter.reopen(settings().data_dir)
    click.echo("Open. 服务已恢复。" if was_closed else "It was open already. 服务本来就是开放的。")


@group.command("show")
def show() -> None:
    """Say whether the service is closed, and with which news."""
    switch = settings().data_dir / shutter.SWITCH
    if not switch.exists():
        click.echo("Open. 服务开放。")
        return
    for one in shutter.news_of(switch):
        click.echo(f"{one.at} {one.text}")


def init_app(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(group)
