"""How much a publisher may send, judged from what was lost on the way here. Pure."""

from dataclasses import dataclass

FLOOR = 150_000
CEILING = 2_500_000
START = 1_200_000
MUCH = 0.10
LITTLE = 0.02
GROWTH = 1.08
HEADROOM = 1.5


@dataclass(slots=True)
class UplinkEstimate:
    """The bit rate to announce as REMB, in bits a second: down with loss, up again slowly without it.

    The thresholds are those of loss-based control in draft-ietf-rmcat-gcc, section 6. The estimate never
    grows past what is really being sent by more than HEADROOM, so that a long quiet stretch proves nothing.
    """

    bitrate: int = START

    def update(self, lost: float, received: float) -> int:
        """Take the loss (0 to 1) and the received bit rate of the last second; the new estimate."""
        if lost > MUCH:
            self.bitrate = max(FLOOR, int(self.bitrate * (1 - lost / 2)))
        elif lost < LITTLE and received * HEADROOM > self.bitrate / HEADROOM:
            self.bitrate = min(CEILING, int(self.bitrate * GROWTH))
        return self.bitrate
