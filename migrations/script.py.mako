"""${message}."""

import sqlalchemy as sa
from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def on(dialect: str, *statements: str) -> None:
    """Run statements of one of the two databases."""
    connection = op.get_bind()
    if connection.dialect.name == dialect:
        for statement in statements:
            connection.exec_driver_sql(statement)


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
