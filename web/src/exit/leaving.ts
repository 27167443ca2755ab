/**
 * What must stop the moment somebody leaves, local tracks and sounds, and what may end once nothing is shown any more:
 * connections take tens of milliseconds to close. Each registers how to stop it.
 */

type Stop = () => void;

const stops = new Set<Stop>();
const ends = new Set<Stop>();

/** Registers something to stop on leaving; returns how to take it off the list once it has stopped by itself. */
export function whenLeaving(stop: Stop): () => void {
  return enter(stops, stop);
}

/** The same for what ends as soon as the page is blank. */
export function onceBlank(end: Stop): () => void {
  return enter(ends, end);
}

/** Stops everything that could be heard or seen. One that fails never keeps another from stopping. */
export function stopEverything(): void {
  callAll(stops);
}

/** Ends what is left behind a blank page. */
export function endTheRest(): void {
  callAll(ends);
}

function enter(list: Set<Stop>, stop: Stop): () => void {
  list.add(stop);
  return () => {
    list.delete(stop);
  };
}

function callAll(list: Set<Stop>): void {
  for (const stop of list) attempt(stop);
  list.clear();
}

/** Stops every track of a stream on leaving; returns the stop for use before that. */
export function keepStream(stream: MediaStream): () => void {
  const stop = () => {
    for (const track of stream.getTracks()) {
      track.enabled = false;
      track.stop();
    }
  };
  const forget = whenLeaving(stop);
  return () => {
    stop();
    forget();
  };
}

export function attempt(step: () => void): void {
  try {
    step();
  } catch {
    // Leaving goes on: the next step matters more than this one's failure.
  }
}
