"""One platform, two media engines: the same tests of what really flows, through the gate, against both."""
