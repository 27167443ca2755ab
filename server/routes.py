"""Every address of ours, on one page."""

from aiohttp import web

from server.pages import admin, apart, audit, followups, leaving, own, parent, public, sign_in, staff, webhook

ID = "[0-9a-f]{24}"
GROUP = "/staff/groups/{group:" + ID + "}"
SESSION = "/staff/sessions/{meeting:" + ID + "}"
TASK = "/staff/tasks/{task:" + ID + "}"
INVITE = "/staff/invites/{invite:" + ID + "}"
LINK = "/i/{secret:[A-Za-z0-9_-]{43}}"

ROUTES = (
    web.get("/", public.front),
    web.get("/helplines", public.helplines),
    web.post("/exit", leaving.leave),
    web.post("/exit/seat", leaving.leave_unseen),
    web.get("/static/assets/{name:[A-Za-z0-9_-][A-Za-z0-9_.-]*}", public.static),
    web.get("/sw.js", public.service_worker),
    web.get(LINK, public.landing),
    web.post(LINK, public.redeem),
    web.get("/welcome", parent.welcome),
    web.post("/welcome", parent.welcome),
    web.get("/name", parent.name),
    web.post("/name", parent.give_name),
    web.get("/agreement", parent.agreement),
    web.post("/agreement", parent.accept),
    web.get("/ready", parent.ready),
    web.post("/ready", parent.finish_check),
    web.get("/session", parent.session),
    web.get("/if-i-leave", own.if_i_leave),
    web.post("/if-i-leave", own.choose),
    web.get("/joining-from", own.joining_from),
    web.post("/joining-from", own.joining_from),
    web.get("/goodbye", own.goodbye),
    web.post("/goodbye", own.say_goodbye),
    web.get("/staff/sign-in", sign_in.sign_in),
    web.post("/staff/sign-in", sign_in.try_sign_in),
    web.post("/staff/sign-out", leaving.sign_out),
    web.get("/staff", staff.home),
    web.get(SESSION, staff.desk),
    web.get(SESSION + "/debrief", followups.debrief),
    web.post(SESSION + "/debrief", followups.write),
    web.post(SESSION + "/safeguarding", followups.refer),
    web.get("/staff/tasks", followups.todo),
    web.get(TASK, followups.task),
    web.post(TASK + "/{how:done|undone}", followups.finish),
    web.post(TASK + "/contact", followups.contact),
    web.post(TASK + "/welcome", followups.let_come),
    web.get("/staff/audit", audit.show),
    web.get("/staff/audit.csv", audit.as_csv),
    web.get("/staff/audit.json", audit.as_json),
    web.get("/staff/groups/new", admin.new_group),
    web.post("/staff/groups/new", admin.new_group),
    web.get(GROUP, admin.group),
    web.get(GROUP + "/sessions/new", admin.new_session),
    web.post(GROUP + "/sessions/new", admin.new_session),
    web.get(GROUP + "/invites/new", admin.new_invite),
    web.post(GROUP + "/invites/new", admin.new_invite),
    web.get(GROUP + "/apart", apart.pairs),
    web.post(GROUP + "/apart", apart.keep),
    web.get(GROUP + "/apart/{pair:" + ID + "}", apart.let_meet),
    web.post(GROUP + "/apart/{pair:" + ID + "}", apart.let_meet),
    web.get(INVITE + "/revoke", admin.revoke),
    web.post(INVITE + "/revoke", admin.revoke),
    web.get(INVITE + "/reissue", admin.reissue),
    web.post(INVITE + "/reissue", admin.reissue),
    web.post("/livekit/webhook", webhook.webhook),
)
