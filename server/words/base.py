"""What stands on every page, and the helplines."""

BASE = {
    "title": "Session",
    "mark": "Session",
    "exit": "Exit quickly",
    "skip": "Skip to the page",
    "helplines": "Get help now",
    "close": "Close",
    "problem": "There is a problem",
    "front_title": "Hello",
    "front_text": "If someone sent you a link, open that link to come in.",
    "front_check": "Check your phone for a call",
    "front_staff": "Sign in to run a session",
    "help_title": "Get help now",
    "help_intro": "You can use these numbers at any time. They are free to call or text.",
    "help_999": "In danger now",
    "help_999_text": "Call 999. If you cannot speak on a mobile, wait to be asked, then press 55.",
    "help_samaritans": "Someone to talk to, day or night",
    "help_samaritans_text": "Call Samaritans on 116 123.",
    "help_shout": "Someone to text, day or night",
    "help_shout_text": "Text Shout on 85258.",
    "help_nhs": "Help with your health",
    "help_nhs_text": "Call NHS on 111. For a mental health crisis, choose option 2.",
    "help_offline": "Once you have opened this page, it works without internet too.",
}

HELPLINES = (
    ("help_999", "help_999_text", "tel:999"),
    ("help_samaritans", "help_samaritans_text", "tel:116123"),
    ("help_shout", "help_shout_text", "sms:85258"),
    ("help_nhs", "help_nhs_text", "tel:111"),
)
