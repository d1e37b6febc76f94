"""``flask keys``: make keys, and bring everything stored to the newest one."""

import base64
import secrets

import click
from flask.cli import AppGroup, with_appcontext

from core.accounts.models import CodePurpose
from core.audit.operations import House
from core.cli.rotation import rotate
from core.config import new_secret
from core.crypto import CryptoError

_AGAIN = {
    CodePurpose.ACTIVATION: "Give out new ones. 激活码已失效，请重新发放。",
    CodePurpose.RECOVERY: "Their owners make new ones. 备用码已失效，请本人重新生成。",
}

group = AppGroup("keys", help="Make keys, and bring everything stored to the newest key.")


def make_keys() -> None:
    """Print fresh secrets as lines for the environment file. Exit code 0.

    Stores nothing. Keep the output where only the service can read it, and a copy in a safe:
    without the keys neither the database nor any backup can be read.
    """
    name = f"k{secrets.token_hex(3)}"
    click.echo(f"ZONE_SECRET_KEY={new_secret()}")
    click.echo(f"ZONE_KEYS={name}:{_key()}")
    click.echo(f"ZONE_INDEX_KEY={_key()}")


def _key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


@group.command("rotate")
@click.option("--batch", default=500, show_default=True, type=click.IntRange(1, 10_000), help="Rows a transaction.")
@with_appcontext
@click.pass_context
def rotate_command(context: click.Context, batch: int) -> None:
    """Re-encrypt all that is stored under the first key. Exit code 0: done; 1: a value does not open.

    May be broken off and started again. The older keys may leave ZONE_KEYS when it has ended well
    and no backup under them is needed any more.
    """
    try:
        done = rotate(House("command line"), batch=batch, progress=_tell)
    except CryptoError as error:
        click.echo(f"Stopped: {error}. 有数据无法用现有密钥解开，请补上旧密钥后重试。", err=True)
        context.exit(1)
    for table, rows in done.rows.items():
        click.echo(f"{table}: {rows}")
    click.echo(f"files: {done.files}")
    for purpose, count in done.ended_codes.items():
        click.echo(f"Ended: {count} unused {purpose.value} codes of the earlier index key. {_AGAIN[purpose]}")
    if done.forgotten_tries:
        click.echo(f"Forgotten: {done.forgotten_tries} counters of wrong tries of the earlier index key.")
    click.echo("Done. 密钥轮换完成。")


def _tell(table: str, rows: int) -> None:
    click.echo(f"  {table}: {rows} …", err=True)


group.command("new")(make_keys)
