"""The tests mirror the source; journeys/ drives real browsers, hostile/ breaks the rules on purpose."""
