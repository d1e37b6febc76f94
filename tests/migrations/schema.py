"""Everything a database knows about its own schema, as sorted lines of text that can be compared."""

from sqlalchemy import Connection, Engine, inspect, text

_OWN = ("alembic_version",)

_POSTGRES = """
    SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = current_schema()::regnamespace AND conrelid <> 0
    UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = current_schema()
    UNION ALL SELECT 'trigger ' || pg_get_triggerdef(t.oid) FROM pg_trigger t
        JOIN pg_class c ON c.oid = t.tgrelid
        WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace
    UNION ALL SELECT 'function ' || proname || ' ' || prosrc FROM pg_proc
        WHERE pronamespace = current_schema()::regnamespace
    UNION ALL SELECT 'column ' || table_name || ' ' || lpad(ordinal_position::text, 3, '0') || ' '
        || column_name || ' ' || data_type || ' ' || coalesce(character_maximum_length::text, '') || ' '
        || is_nullable || ' ' || coalesce(column_default, '')
        FROM information_schema.columns WHERE table_schema = current_schema()
"""


def dump(engine: Engine) -> list[str]:
    """Tables, columns, constraints, indexes, triggers (and functions) of the database, without Alembic's own."""
    with engine.connect() as connection:
        lines = _postgres(connection) if engine.dialect.name == "postgresql" else _sqlite(connection)
    return sorted(line for line in lines if not any(own in line for own in _OWN))


def _postgres(connection: Connection) -> list[str]:
    return [line for (line,) in connection.execute(text(_POSTGRES))]


def _sqlite(connection: Connection) -> list[str]:
    lines = []
    for name, sql in connection.execute(
        text("SELECT name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL")
    ):
        lines.append(f"{name} {' '.join(sql.split())}")
    found = inspect(connection)
    for table in found.get_table_names():
        for place, column in enumerate(found.get_columns(table)):
            facts = (column["name"], repr(column["type"]), column["nullable"], column["default"])
            lines.append(f"column {table} {place:03} {facts}")
        lines.append(f"primary key {table} {found.get_pk_constraint(table)}")
        lines += [f"foreign key {table} {one}" for one in found.get_foreign_keys(table)]
        lines += [
            f"unique {table} {one['name']} {one['column_names']}" for one in found.get_unique_constraints(table)
        ]
        lines += [f"check {table} {one['name']} {one['sqltext']}" for one in found.get_check_constraints(table)]
    return lines
