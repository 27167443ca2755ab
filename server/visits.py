"""What a parent tells us about one session: where they join from, and how it was. And their plan for all."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from server import tasks
from server.crypto import Place
from server.data.store import new_id
from server.data.tables import farewell, meeting, member, visit
from server.house import House
from signalling.meeting.ports import Plan, TaskKind

KEPT_AFTER_END = timedelta(hours=2)
QUESTIONS = ("heard", "safe", "helped")
ANSWERS = ("yes", "a_bit", "no")
SHOWN_FROM = 3  # answers: of fewer, hosts could tell whose they are


@dataclass(frozen=True)
class Wish:
    """What to do if they are suddenly gone. `word` is what we text, or whom we ask for."""

    plan: Plan = Plan.WAIT
    number: str = ""
    word: str = ""


async def wish(house: House, of: str) -> Wish:
    """What a member has chosen; to wait, where they have not."""
    wanted = select(member.c.plan, member.c.contact).where(member.c.id == of)
    async with house.database.reading() as connection:
        row = (await connection.execute(wanted)).one()
    plan = Plan(row.plan or Plan.WAIT.value)
    if row.contact is None:
        return Wish(plan)
    return Wish(plan, **json.loads(house.keys.open(row.contact, Place("member", "contact", of))))


async def choose(house: House, of: str, wished: Wish | None) -> None:
    """Keep a member's choice; None: they were asked and passed. A number is kept only where it is needed."""
    told: dict[str, object] = {"plan_at": house.clock.now()}
    if wished is not None:
        contact = json.dumps({"number": wished.number, "word": wished.word})
        sealed = house.keys.seal(contact, Place("member", "contact", of))
        told |= {"plan": wished.plan.value, "contact": None if wished.plan is Plan.WAIT else sealed}
    async with house.database.writing() as connection:
        await connection.execute(member.update().where(member.c.id == of).values(**told))


async def join_from(house: House, session: str, of: str, where: str) -> None:
    """Keep where a member joins this session from; nothing, where they passed."""
    bound = Place("visit", "place", f"{session}/{of}")
    sealed = house.keys.seal(where, bound) if where else None
    told = {"place": sealed, "place_at": house.clock.now()}
    made = house.database.insert(visit).values(meeting=session, member=of, **told)
    kept = made.on_conflict_do_update(index_elements=list(visit.primary_key), set_=told)
    async with house.database.writing() as connection:
        await connection.execute(kept)


async def place(house: House, session: str, of: str) -> str | None:
    """Where a member said they join this session from."""
    wanted = select(visit.c.place).where(visit.c.meeting == session, visit.c.member == of)
    async with house.database.reading() as connection:
        sealed = (await connection.execute(wanted)).scalar()
    return None if sealed is None else house.keys.open(sealed, Place("visit", "place", f"{session}/{of}"))


async def forget_places(house: House, kept: timedelta = KEPT_AFTER_END) -> int:
    """Delete where people joined from, once a session has been over for so long. Gives how many."""
    now = house.clock.now()
    wanted = (
        select(visit.c.meeting, meeting.c.starts_at, meeting.c.minutes)
        .join(meeting, meeting.c.id == visit.c.meeting)
        .where(visit.c.place.is_not(None))
        .distinct()
    )
    async with house.database.reading() as connection:
        rows = (await connection.execute(wanted)).all()
    over = [row.meeting for row in rows if row.starts_at + timedelta(minutes=row.minutes) + kept <= now]
    if not over:
        return 0
    these = visit.c.meeting.in_(over) & visit.c.place.is_not(None)
    async with house.database.writing() as connection:
        return int((await connection.execute(visit.update().where(these).values(place=None))).rowcount)


async def say_goodbye(
    house: House, session: str, of: str, answers: Mapping[str, str], *, call_me: bool
) -> None:
    """Keep the three taps without saying whose, once; and have a call to do, if they would like one."""
    this = (visit.c.meeting == session) & (visit.c.member == of)
    there = house.database.insert(visit).values(meeting=session, member=of).on_conflict_do_nothing()
    async with house.database.writing() as connection:
        await connection.execute(there)
        first = visit.update().where(this & visit.c.goodbye_at.is_(None))
        said = await connection.execute(first.values(goodbye_at=house.clock.now()))
        if said.rowcount and answers:
            await connection.execute(farewell.insert().values(id=new_id(), meeting=session, **answers))
        if call_me:
            await tasks.begin(house, connection, session, of, TaskKind.CALL)


async def has_said_goodbye(house: House, session: str, of: str) -> bool:
    """Whether a member has been through the goodbye of this session."""
    wanted = select(visit.c.goodbye_at).where(visit.c.meeting == session, visit.c.member == of)
    async with house.database.reading() as connection:
        return (await connection.execute(wanted)).scalar() is not None


async def farewells(house: House, session: str) -> dict[str, dict[str, int]]:
    """How many tapped what, a question at a time; nothing while too few have."""
    found: dict[str, dict[str, int]] = {question: {} for question in QUESTIONS}
    these = select(func.count()).where(farewell.c.meeting == session)
    async with house.database.reading() as connection:
        if (await connection.execute(these)).scalar_one() < SHOWN_FROM:
            return found
        for question in QUESTIONS:
            column = farewell.c[question]
            counted = select(column, func.count()).where(farewell.c.meeting == session).group_by(column)
            rows = (await connection.execute(counted)).all()
            found[question] = {answer: count for answer, count in rows if answer is not None}
    return found
