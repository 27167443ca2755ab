/** What must stop the moment somebody leaves: local tracks, sounds, connections. Each registers how to stop it. */

type Stop = () => void;

const stops = new Set<Stop>();

/** Registers something to stop on leaving; returns how to take it off the list once it has stopped by itself. */
export function whenLeaving(stop: Stop): () => void {
  stops.add(stop);
  return () => {
    stops.delete(stop);
  };
}

/** Stops everything at once. One that fails never keeps another from stopping. */
export function stopEverything(): void {
  for (const stop of stops) attempt(stop);
  stops.clear();
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
