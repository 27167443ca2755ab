"""What a browser calls itself, in three words at most: enough for people to know their own devices again."""

# In this order: many browsers name their ancestors too.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrom", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("CrOS", "Chromebook"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


def device(told: str) -> tuple[str, str]:
    """The browser and the system of a User-Agent header; "" where it is neither of the usual ones."""
    return _first(_BROWSERS, told), _first(_SYSTEMS, told)


def _first(known: tuple[tuple[str, str], ...], told: str) -> str:
    return next((name for sign, name in known if sign in told), "")
