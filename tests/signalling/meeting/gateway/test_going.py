"""Leaving, being replaced, being sent away."""

from moderation import events as e
from signalling.meeting.ports import SeatLabel
from tests.signalling.meeting.gateway.page import Site
from tests.signalling.meeting.house import JO, SAM, SAM_TABLET, TUESDAY, eventually


async def test_leaving_is_not_disconnecting(in_session: Site) -> None:
    sam = await in_session.page(SAM)
    assert (await sam.ask(do="leave"))["ok"]
    await eventually(lambda: sam.views[-1]["you"]["place"] == "outside")


async def test_a_newer_page_of_the_same_seat_replaces_the_older(in_session: Site) -> None:
    older = await in_session.page(SAM)
    newer = await in_session.page(SAM)
    await older.is_away()
    assert older.gone == ["replaced"]
    await newer.sees("phase", "open")
    jo = await in_session.page(JO)
    await eventually(lambda: bool(jo.views))
    connected = {one["person"]: one["connected"] for one in jo.views[-1]["people"]}
    assert connected["sam"]


async def test_a_quick_exit_takes_the_seat_out_and_ends_its_page(in_session: Site) -> None:
    jo, sam = await in_session.page(JO), await in_session.page(SAM)
    in_session.house.seats.ended.add("sam-phone")
    await in_session.gateway.seat_exited(SAM.seat)
    await sam.is_away()
    assert sam.gone == ["seat_ended"]
    assert in_session.house.journal.events(TUESDAY)[-1] == e.Left(SAM.seat, quick=True)
    assert SAM.seat not in in_session.house.media.rooms[TUESDAY]
    await eventually(lambda: len(jo.views[-1]["people"]) == 2)
    assert "seat_ended" == await in_session.refused(SAM)


async def test_a_revoked_invite_takes_every_device_out(in_session: Site) -> None:
    phone, tablet = await in_session.page(SAM), await in_session.page(SAM_TABLET)
    await in_session.gateway.person_revoked(SAM.person)
    await phone.is_away()
    await tablet.is_away()
    assert in_session.house.journal.events(TUESDAY)[-1] == e.Revoked(SAM.person)


async def test_a_seat_that_ended_meanwhile_does_nothing_more(in_session: Site) -> None:
    jo = await in_session.page(JO)
    in_session.house.seats.ended.add("jo-laptop")
    before = list(in_session.house.journal.events(TUESDAY))
    assert (await jo.ask(do="mute_all"))["error"] == "seat_ended"
    await jo.is_away()
    assert before == in_session.house.journal.events(TUESDAY)[: len(before)]
    assert not any(isinstance(event, e.MutedByHost) for event in in_session.house.journal.events(TUESDAY))


async def test_a_changed_label_is_shown(in_session: Site) -> None:
    sam = await in_session.page(SAM)
    await sam.sees("phase", "open")
    in_session.house.seats.names[SAM.seat] = SeatLabel(SAM.person, "Sammy")
    in_session.gateway.labels_changed(TUESDAY)
    await eventually(lambda: sam.views[-1]["you"]["name"] == "Sammy")
