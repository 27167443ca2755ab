/** A sound and a picture made up on the spot, so that the internet is tried without sending anything of anybody's. */

/** Small, for old phones: what counts is how many bits they take, and grains take as many as they may. */
const WIDTH = 160;
const HEIGHT = 90;
const PICTURES_A_SECOND = 15;
/** Loud enough not to count as silence, in a room that nobody hears. */
const GAIN = 0.05;

export interface MadeUp {
  sound: MediaStreamTrack | null;
  picture: MediaStreamTrack | null;
  end: () => void;
}

export function makeUp(): MadeUp {
  const [sound, picture] = [tone(), noise()];
  return {
    sound: sound?.track ?? null,
    picture: picture?.track ?? null,
    end: () => {
      sound?.end();
      picture?.end();
    },
  };
}

interface Source {
  track: MediaStreamTrack;
  end: () => void;
}

function tone(): Source | null {
  try {
    const context = new AudioContext();
    const out = context.createMediaStreamDestination();
    const note = new OscillatorNode(context, { frequency: 220 });
    note.connect(new GainNode(context, { gain: GAIN })).connect(out);
    note.start();
    void context.resume();
    const track = out.stream.getAudioTracks()[0];
    return track === undefined ? null : { track, end: () => void context.close() };
  } catch {
    return null;
  }
}

/** Grains that change from picture to picture: nothing packs them, so they fill whatever the line gives. */
function noise(): Source | null {
  const canvas = document.createElement('canvas');
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const pen = canvas.getContext('2d');
  if (pen === null || typeof canvas.captureStream !== 'function') return null;
  const picture = pen.createImageData(WIDTH, HEIGHT);
  const grains = new Uint32Array(picture.data.buffer);
  let seed = 1;
  const draw = () => {
    for (let each = 0; each < grains.length; each += 1) {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      grains[each] = seed | 0xff000000;
    }
    pen.putImageData(picture, 0, 0);
  };
  const timer = setInterval(draw, 1000 / PICTURES_A_SECOND);
  draw();
  const track = canvas.captureStream(PICTURES_A_SECOND).getVideoTracks()[0];
  const end = () => {
    clearInterval(timer);
    track?.stop();
  };
  if (track === undefined) end();
  return track === undefined ? null : { track, end };
}
