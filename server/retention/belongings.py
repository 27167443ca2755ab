"""Which rows are somebody's: we follow the tables' own references, so that a new table is not forgotten."""

from sqlalchemy import ColumnElement, Table, or_, select

from server.data.tables import member, metadata


def belongings(person: str) -> dict[Table, ColumnElement[bool]]:
    """The tables with something of a member, and the condition for it; those that others refer to first."""
    found: dict[Table, ColumnElement[bool]] = {member: member.c.id == person}
    for table in metadata.sorted_tables:
        if table is member:
            continue
        ways = []
        for key in table.foreign_keys:
            owner = key.column.table
            if owner is member:
                ways.append(key.parent == person)
            elif owner in found:
                ways.append(key.parent.in_(select(key.column).where(found[owner])))
        if ways:
            found[table] = or_(*ways)
    return found
