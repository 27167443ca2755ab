/** Whether a camera gives a picture or only black. */

const SIDE = 16;
/** Mean brightness (0 … 255) below which a picture is called black. */
const BLACK = 10;

/** Mean brightness of RGBA pixels. */
export function brightness(pixels: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i + 2 < pixels.length; i += 4)
    sum += (pixels[i] ?? 0) + (pixels[i + 1] ?? 0) + (pixels[i + 2] ?? 0);
  return sum / (3 * Math.max(1, Math.floor(pixels.length / 4)));
}

/** null: no picture yet. */
export function isBlack(video: HTMLVideoElement): boolean | null {
  if (video.videoWidth === 0 || video.readyState < 2) return null;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = SIDE;
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  if (pen === null) return null;
  pen.drawImage(video, 0, 0, SIDE, SIDE);
  return brightness(pen.getImageData(0, 0, SIDE, SIDE).data) < BLACK;
}
