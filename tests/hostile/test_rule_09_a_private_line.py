"""A private line: one tap or a few words for the hosts, seen by them alone, and nowhere kept."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from tests.hostile.doors import events_say
from tests.hostile.people import Person
from tests.hostile.premises import Evening

SECRET = "He is standing behind the door"
REPLY = "We can see that. Say yes or no."


@dataclass
class Line:
    """A host, Asha and Ben in the room, Carys waits. Asha needs help; the others are the curious ones."""

    evening: Evening
    host: Person
    asha: Person
    ben: Person
    carys: Person
    asha_link: str

    @property
    def others(self) -> tuple[Person, ...]:
        """Whom it is none of the business of."""
        return self.ben, self.carys

    @asynccontextmanager
    async def told_nothing(self, *others: Person) -> AsyncIterator[None]:
        """These, or all the others, get answers to their own questions and not one frame besides."""
        watched = others or self.others
        for person in watched:
            await person.wire.ask("view")
        before = [len(person.wire.frames) for person in watched]
        yield
        for person, seen in zip(watched, before, strict=True):
            await person.wire.ask("view")
            news = [frame for frame in person.wire.frames[seen:] if not frame.startswith("43")]
            assert news == [], person.name


@pytest.fixture
async def line(tonight: Evening) -> Line:
    """Everybody in their place."""
    link = tonight.links[0]
    host, _ = await tonight.host()
    asha, ben = await tonight.admitted(host, "Asha", "Ben")
    carys = await tonight.waiting("Carys")
    await host.sees(lambda view: len(view["people"]) == 3 and len(view["waiting"]) == 1)
    return Line(tonight, host, asha, ben, carys, link)


async def _say(person: Person, to: object, text: str = SECRET) -> dict[str, Any]:
    answer = await person.wire.ask("say", {"to": to, "text": text})
    assert isinstance(answer, dict)
    return answer


def _heard(person: Person) -> list[dict[str, Any]]:
    return [data for wire in person.wires for name, data in wire.events if name == "said"]


async def _hears(person: Person, text: str) -> dict[str, Any]:
    assert await person.wire.until(lambda: any(said["text"] == text for said in _heard(person)))
    return next(said for said in _heard(person) if said["text"] == text)


# --- Who sees it ---


async def test_words_to_the_hosts_reach_the_hosts_alone(line: Line) -> None:
    async with line.told_nothing(line.ben):
        for person in (line.asha, line.carys):
            assert (await _say(person, "hosts", f"{SECRET}, {person.name}"))["ok"]
            said = await _hears(line.host, f"{SECRET}, {person.name}")
            assert (said["to"], said["links"]) == ("hosts", False)
    assert [said["from"]["name"] for said in _heard(line.carys)] == ["Carys"]


@pytest.mark.parametrize("mark", ["moment", "check_on_me"])
async def test_one_tap_is_seen_by_the_hosts_and_by_nobody_else(line: Line, mark: str) -> None:
    async with line.told_nothing():
        await line.asha.must("tell_hosts", mark=mark)
        await line.host.sees(lambda view: mark in [one["mark"] for one in view["people"]])
        await line.host.must("clear_mark", person=line.asha.person)


async def test_a_mark_from_the_waiting_room_is_seen_by_hosts_only(line: Line) -> None:
    async with line.told_nothing(line.ben, line.asha):
        await line.carys.must("tell_hosts", mark="check_on_me")
        await line.host.sees(lambda view: [one["mark"] for one in view["waiting"]] == ["check_on_me"])


async def test_an_answer_goes_to_the_one_who_asked(line: Line) -> None:
    async with line.told_nothing():
        assert (await _say(line.host, {"seat": line.asha.seat}, REPLY))["ok"]
        assert (await _hears(line.asha, REPLY))["to"] == "you"


async def test_another_phone_with_the_same_link_reads_none_of_it(line: Line) -> None:
    """Whoever holds the link may be the one she is afraid of."""
    second = await line.evening.waiting("Asha", line.asha_link)
    await line.asha.must("tell_hosts", mark="check_on_me")
    await line.host.sees(lambda view: "check_on_me" in [one["mark"] for one in view["people"]])
    assert (await _say(line.asha, "hosts"))["ok"]
    assert (await _say(line.host, {"seat": line.asha.seat}, REPLY))["ok"]
    await _hears(line.asha, REPLY)
    view = await second.wire.ask("view")
    assert view["you"]["mark"] == "none"
    told = "\n".join(second.wire.frames)
    for trace in ("check_on_me", SECRET, REPLY):
        assert trace not in told


async def test_a_host_of_another_group_reads_nothing(line: Line) -> None:
    stranger = await line.evening.staff("stranger")
    assert await events_say(stranger) == "not_your_session"


# --- Whether it is there ---


async def test_it_is_there_while_all_is_paused_while_chat_is_off_and_while_nobody_attends(line: Line) -> None:
    await line.host.must("pause")
    assert (await _say(line.asha, "hosts", "while paused"))["ok"]
    await line.host.must("set_chat", mode="off")
    assert (await _say(line.asha, "hosts", "while chat is off"))["ok"]
    await line.host.peers[-1].leave()
    await line.asha.sees(lambda view: view["phase"] == "unattended")
    assert (await _say(line.asha, "hosts", "while nobody attends"))["ok"]
    await line.asha.must("tell_hosts", mark="check_on_me")
    for when in ("while paused", "while chat is off", "while nobody attends"):
        await _hears(line.host, when)


async def test_one_who_floods_it_does_not_stop_it_for_others(line: Line) -> None:
    answers = [await _say(line.ben, "hosts", f"Noise {number}") for number in range(30)]
    assert "too_fast" in {answer.get("error") for answer in answers}
    assert (await _say(line.asha, "hosts"))["ok"]
    await _hears(line.host, SECRET)


# --- Whom it does not lead to ---


async def test_no_parent_speaks_to_a_parent_through_it(line: Line) -> None:
    async with line.told_nothing():
        for to in ({"seat": line.ben.seat}, {"seat": line.carys.seat}, "waiting"):
            assert await _say(line.asha, to) == {"ok": False, "error": "not_allowed"}
        assert (await _say(line.carys, "everyone"))["ok"] is False
        for odd in ({"person": line.ben.person}, {"seat": [line.ben.seat]}, ["hosts"], "hosts ", None):
            assert (await _say(line.asha, odd))["error"] == "malformed"


async def test_a_claimed_role_or_name_is_not_taken(line: Line) -> None:
    claims = {"to": "hosts", "text": SECRET, "from": {"name": "Facilitator", "role": "facilitator"}}
    async with line.told_nothing(line.host, *line.others):
        assert (await line.asha.wire.ask("say", claims))["error"] == "malformed"
        await line.asha.wire.say(f'42["said",{{"id":"0","to":"you","text":"{SECRET}"}}]')
        await line.asha.wire.ask("view")


async def test_nobody_takes_back_or_clears_what_is_not_theirs(line: Line) -> None:
    told = (await _say(line.asha, "hosts"))["id"]
    await line.asha.must("tell_hosts", mark="check_on_me")
    for person in line.others:
        assert (await person.wire.ask("unsay", {"id": told}))["ok"] is False
        assert (await person.wire.ask("unsay", {"id": "all"}))["ok"] is False
        assert (await person.act("clear_mark", person=line.asha.person))["error"] == "not_allowed"
    assert [one["mark"] for one in (await line.host.wire.ask("view"))["people"]].count("check_on_me") == 1
    assert not [name for name, _ in line.host.wire.events if name == "unsaid"]


# --- What is left of it ---


async def test_no_word_of_it_is_kept(line: Line) -> None:
    assert (await _say(line.asha, "hosts"))["ok"]
    assert (await _say(line.host, {"seat": line.asha.seat}, REPLY))["ok"]
    await _hears(line.asha, REPLY)
    for path in line.evening.premises.platform.folder.iterdir():
        kept = path.read_bytes()
        for words in (SECRET, REPLY):
            assert words.encode() not in kept, path.name


async def test_who_comes_later_gets_none_of_it(line: Line) -> None:
    assert (await _say(line.asha, "hosts"))["ok"]
    other = await (await line.evening.staff("colleague")).listen()
    await other.sees_itself("present")
    await line.host.listen()
    await line.host.sees_itself("present")
    for person in (other, line.host):
        await person.wire.ask("view")
        assert SECRET not in "\n".join(person.wire.frames)
