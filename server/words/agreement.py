"""The default agreement: twelve clauses, each a few words to remember it by and what it says."""

AREA = "agreement"
DEFAULT_CLAUSES = (
    ("Keep it here.", "We do not tell anyone who comes or what they say. No posts, no hints."),
    (
        "When workers must tell.",
        "If a child or adult may be in danger, workers may have to tell people who can help. They "
        "will talk to you first if it is safe.",
    ),
    (
        "Who is in the room.",
        "Find a private spot if you can. Use headphones. If someone comes in, mute, say so or leave. "
        "Keep children out of sight and sound.",
    ),
    ("No recording.", "No photos, screenshots, recordings or note-taking apps."),
    (
        "You choose.",
        "Share as much or as little as you like. You can pass. Your camera can be off once we have "
        "said hello.",
    ),
    ("No blame.", "The people who harm children are to blame. We do not blame a child or a parent."),
    ("Be kind.", "Take turns and listen. Anger is welcome. Aiming it at each other is not."),
    (
        "Share with care.",
        "Say what helped you. Leave out upsetting detail. Do not name other children or suspects, or "
        "go over evidence in a police case.",
    ),
    (
        "Breaks are fine.",
        "Leave when you need to. If you go suddenly, we will follow the plan you chose.",
    ),
    (
        "In a crisis.",
        "We are not an emergency service. In danger now? Call 999. If you cannot speak, on a mobile "
        "wait to be asked, then press 55.",
    ),
    (
        "Outside the group.",
        "Only swap numbers if you both want to. Never add someone to a chat without asking.",
    ),
    (
        "Putting things right.",
        "If this is broken, a host may mute you or pause your place, then talk with you alone. We "
        "review these rules together. Anyone can ask to change them.",
    ),
)
