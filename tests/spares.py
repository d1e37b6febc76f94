"""Databases of PostgreSQL used again: emptied after a test, which is much quicker than copying a template."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, create_engine, text

_SCHEMA = text("""
SELECT md5(string_agg(part, '|' ORDER BY part)) FROM (
  SELECT concat_ws(' ', oid, relname, relkind, relnatts, relchecks, relhastriggers) AS part
    FROM pg_class WHERE relnamespace = 'public'::regnamespace
  UNION ALL SELECT concat_ws(' ', attrelid, attname, atttypid, atttypmod, attnotnull, atthasdef)
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid WHERE relnamespace = 'public'::regnamespace
  UNION ALL SELECT concat_ws(' ', oid, tgname, tgenabled) FROM pg_trigger WHERE NOT tgisinternal
  UNION ALL SELECT concat_ws(' ', oid, conname, convalidated) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
  UNION ALL SELECT concat_ws(' ', oid, proname, prosrc) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
) AS parts
""")
_END_OTHERS = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
_EMPTY = text("""
DO $$
DECLARE found record; filled boolean;
BEGIN
  SET LOCAL session_replication_role = replica;
  FOR found IN SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %I)', found.name) INTO filled;
    IF filled THEN EXECUTE format('DELETE FROM %I', found.name); END IF;
  END LOOP;
  FOR found IN SELECT sequencename AS name FROM pg_sequences
    WHERE schemaname = 'public' AND last_value IS NOT NULL LOOP
    EXECUTE format('ALTER SEQUENCE %I RESTART', found.name);
  END LOOP;
END $$
""")


class Spares:
    """Emptied copies of one template, ready for the next test."""

    def __init__(self, address: str, template: str) -> None:
        self._address, self._template = address, template
        self._ready: list[str] = []
        with self._connected(template) as connection:
            self._schema = connection.scalar(_SCHEMA)

    def take(self) -> str | None:
        """An empty database, if one is at hand."""
        return self._ready.pop() if self._ready else None

    def give_back(self, name: str) -> bool:
        """Empty a database for the next test; False where its schema was changed and it must go."""
        with self._connected(name) as connection:
            connection.execute(_END_OTHERS)
            if connection.scalar(_SCHEMA) != self._schema:
                return False
            connection.execute(_EMPTY)
        self._ready.append(name)
        return True

    @contextmanager
    def _connected(self, name: str) -> Iterator[Connection]:
        engine = create_engine(self._address.format(database=name), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            yield connection
        engine.dispose()
