"""What a parent reads, from the link to the goodbye."""

PARENT = {
    "carry_on": "Carry on",
    "step": "Step {now} of {total}",
    "landing_title": "Hello. We are glad you came.",
    "landing_text": "This link is just for you.",
    "landing_hosts": "Your host is {hosts}.",
    "landing_when": "The session is {on_day} at {time}. It lasts {length}.",
    "landing_not_today": "Not today",
    "landing_leave": "Need to leave fast?",
    "landing_leave_text": (
        "Press “Exit quickly” at the top of any page. It stops the sound and picture and opens "
        "another page. It does not clear your browser’s history."
    ),
    "either": "or",
    "welcome_title": "How to leave quickly",
    "welcome_text": "You can leave at any moment. You do not need to say why.",
    "welcome_button": "Press “Exit quickly”",
    "welcome_button_text": (
        "It is at the top of every page. Sound and picture stop, and another page opens."
    ),
    "welcome_keys": "Or press Shift three times",
    "welcome_keys_text": "This does the same, if you have a keyboard.",
    "welcome_back": "Coming back",
    "welcome_back_text": "Open your link again. Your host will let you in.",
    "welcome_history": "What it does not do",
    "welcome_history_text": (
        "It does not clear your browser’s history. If someone checks your phone, use a private window."
    ),
    "name_title": "What shall we call you?",
    "name_text": "Others in the group will see this name. A first name is enough, or any name you like.",
    "name_label": "Name",
    "name_missing": "Write the name you want us to use.",
    "name_wrong": "Use letters, and no more than 30 of them. Start with a letter.",
    "name_taken": "Someone in the group already has a name like that. Add a letter, such as “{name} B”.",
    "agreement_title": "What we agree in this group",
    "agreement_text": "Please read this. Everyone in the group says yes to it.",
    "agreement_accept": "I agree",
    "agreement_question": "Not sure about something? Ask your host before you say yes.",
    "agreement_accepted": "You have said yes to this.",
    "agreement_back": "Back",
    "ready_title": "Let’s get you ready",
    "ready_text": "This takes two minutes. No one can see or hear you. We save nothing you say or show.",
    "ready_skip": "Carry on without checking",
    "wait_title": "Hello {name}",
    "wait_none": "There is no session planned just now. Your host will tell you when the next one is.",
    "wait_later": "The next session is {on_day} at {time}.",
    "wait_later_text": "Open your link again on the day. There is nothing else to do now.",
    "wait_agreement": "Read what we agreed",
    "live_needs_script": (
        "This part needs JavaScript. Turn it on, or try another browser. You can also ring your host."
    ),
    "live_loading": "Opening the door…",
    "goodbye_title": "Goodbye for now",
    "goodbye_text": "You have left the session. Thank you for being here.",
    "goodbye_return": "Go back to the session",
    "minutes": "{count} minutes",
    "hour": "an hour",
    "hour_and_half": "an hour and a half",
    "hours": "{count} hours",
    "today": "today",
    "tomorrow": "tomorrow",
    "on_day": "on {day}",
}
