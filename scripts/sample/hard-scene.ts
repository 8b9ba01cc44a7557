import QRCode from 'qrcode';
import type { LumaFrame } from '../../hardware/scanner/decode/frame.ts';
import { seededRandom } from './seeded-random.ts';

/** A picture of a code as a gate's camera sees it; lengths in pixels, angles in radians. */
export interface Scene {
  text: string;
  width: number;
  height: number;
  centerX: number;
  centerY: number;
  /** Side of the code. */
  side: number;
  turn: number;
  /** How much nearer one edge is than the other, 0 to about 0.5, and in which direction. */
  tilt: number;
  tiltDirection: number;
  /** Depth of the paper's waves, in modules, and waves across the code. */
  curl: number;
  waves: number;
  /** Movement during the exposure. */
  motionX: number;
  motionY: number;
  /** Radius of the lens's blur. */
  blur: number;
  dark: number;
  light: number;
  background: number;
  /** A bright spot: its strength in levels, and its radius as a share of the code's side. */
  glare: number;
  glareRadius: number;
  /** Strength of the stripes of a screen, 0 to 1. */
  moire: number;
  /** Standard deviation of the sensor's noise, in levels. */
  noise: number;
  inverted: boolean;
  mirrored: boolean;
  seed: number;
}

export const PLAIN_SCENE: Scene = {
  text: 'HTTPS://GATE.EXAMPLE/V/1/ABC',
  width: 640,
  height: 480,
  centerX: 320,
  centerY: 240,
  side: 240,
  turn: 0,
  tilt: 0,
  tiltDirection: 0,
  curl: 0,
  waves: 1,
  motionX: 0,
  motionY: 0,
  blur: 0,
  dark: 30,
  light: 220,
  background: 130,
  glare: 0,
  glareRadius: 0.3,
  moire: 0,
  noise: 0,
  inverted: false,
  mirrored: false,
  seed: 1,
};

const QUIET_MODULES = 4;
const MOTION_TAPS = 7;
/** Sample points within a pixel: the centres of its quadrants. */
const SAMPLES: readonly (readonly [number, number])[] = [
  [0.25, 0.25],
  [0.75, 0.25],
  [0.25, 0.75],
  [0.75, 0.75],
];

/** For a blurred picture, the centre of each pixel is enough. */
const MIDDLE: readonly (readonly [number, number])[] = [[0.5, 0.5]];

/** Draws a scene; the same scene is the same picture on every machine. */
export function drawScene(scene: Scene): LumaFrame {
  const { width, height } = scene;
  const { modules } = QRCode.create(scene.text, { errorCorrectionLevel: 'M' });
  const random = seededRandom(scene.seed);
  const texture = backgroundTexture(scene);
  const reach = scene.side * (1 + scene.tilt);
  const samples = scene.blur > 0.3 ? MIDDLE : SAMPLES;
  const sharp = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (Math.hypot(x - scene.centerX, y - scene.centerY) > reach) {
        sharp[y * width + x] = texture(x, y);
        continue;
      }
      for (const [dx, dy] of samples) {
        const level = levelAt(scene, modules, texture, x + dx, y + dy);
        sharp[y * width + x] = (sharp[y * width + x] ?? 0) + level / samples.length;
      }
    }
  }
  const exposed = smear(soften(sharp, width, scene.blur), scene);
  const data = new Uint8Array(width * height);
  for (let at = 0; at < data.length; at++) {
    const noise = scene.noise * gaussian(random);
    data[at] = Math.max(0, Math.min(255, (exposed[at] ?? 0) + noise + 0.5));
  }
  return { data, width, height };
}

/** Two passes of a small cross approximate the disc of a lens. */
function soften(levels: Float32Array, width: number, radius: number): Float32Array {
  let out = levels;
  for (const reach of radius > 0 ? [Math.ceil(radius), Math.max(1, Math.floor(radius))] : []) {
    const share = Math.min(1, radius / 2) / 4;
    const source = out;
    const at = (index: number) => source[Math.max(0, Math.min(source.length - 1, index))] ?? 0;
    out = source.map((level, index) => {
      const across = at(index - reach) + at(index + reach);
      const down = at(index - reach * width) + at(index + reach * width);
      return level * (1 - 4 * share) + share * (across + down);
    });
  }
  return out;
}

/** Motion blur: the mean of the picture along its movement. */
function smear(levels: Float32Array, scene: Scene): Float32Array {
  const { motionX, motionY, width } = scene;
  if (Math.hypot(motionX, motionY) < 0.5) {
    return levels;
  }
  const out = new Float32Array(levels.length);
  for (let tap = 0; tap < MOTION_TAPS; tap++) {
    const share = tap / (MOTION_TAPS - 1) - 0.5;
    const shift = Math.round(motionX * share) + Math.round(motionY * share) * width;
    for (let at = 0; at < out.length; at++) {
      const from = Math.max(0, Math.min(out.length - 1, at + shift));
      out[at] = (out[at] ?? 0) + (levels[from] ?? 0) / MOTION_TAPS;
    }
  }
  return out;
}

function levelAt(
  scene: Scene,
  modules: QRCode.BitMatrix,
  texture: (x: number, y: number) => number,
  x: number,
  y: number,
): number {
  const { u, v } = toCode(scene, x, y);
  const size = modules.size;
  const column = Math.floor(u * size);
  const row = Math.floor(v * size);
  const quiet = QUIET_MODULES;
  if (column < -quiet || row < -quiet || column >= size + quiet || row >= size + quiet) {
    return texture(x, y);
  }
  const inside = column >= 0 && row >= 0 && column < size && row < size;
  const isDark = inside && modules.get(row, column) === 1;
  const paper = isDark !== scene.inverted ? scene.dark : scene.light;
  const stripes = scene.moire * 40 * Math.sin(x * 2.1 + Math.sin(y * 0.05) * 3);
  const far = Math.hypot(u - 0.35, v - 0.4) / scene.glareRadius;
  return paper + stripes + scene.glare * Math.exp(-far * far);
}

/** The position on the code that a pixel shows, from 0 to 1 across and down. */
function toCode(scene: Scene, x: number, y: number): { u: number; v: number } {
  const dx = (x - scene.centerX) / scene.side;
  const dy = (y - scene.centerY) / scene.side;
  const cos = Math.cos(scene.turn);
  const sin = Math.sin(scene.turn);
  const turnedX = cos * dx + sin * dy;
  const turnedY = -sin * dx + cos * dy;
  const along = turnedX * Math.cos(scene.tiltDirection) + turnedY * Math.sin(scene.tiltDirection);
  const depth = 1 - scene.tilt * along;
  let u = turnedX / depth + 0.5;
  let v = turnedY / depth + 0.5;
  if (scene.curl !== 0) {
    const phase = scene.waves * Math.PI;
    const bend = scene.curl / 33;
    const bentU = u + bend * Math.sin(phase * v + 0.4) + bend * 0.5 * Math.sin(2 * phase * u);
    v += bend * Math.sin(phase * u + 1.1);
    u = bentU;
  }
  return { u: scene.mirrored ? 1 - u : u, v };
}

/** What is behind the code: large soft shapes with some edges. */
function backgroundTexture(scene: Scene): (x: number, y: number) => number {
  const random = seededRandom(scene.seed + 77);
  const a = 0.01 + random() * 0.03;
  const b = 0.01 + random() * 0.03;
  const phase = random() * 6;
  return (x, y) => {
    const soft = 35 * Math.sin(x * a + phase) * Math.cos(y * b);
    const edges = Math.sin(x * 0.11 + y * 0.07 + phase) > 0.8 ? -30 : 0;
    return scene.background + soft + edges;
  };
}

function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** A hard scene by its seed: everything that can be wrong is wrong, a little or badly. */
export function hardScene(seed: number, text: string): Scene {
  const random = seededRandom(seed);
  const between = (from: number, to: number) => from + random() * (to - from);
  const sometimes = (share: number, value: () => number) => (random() < share ? value() : 0);
  const light = between(110, 240);
  return {
    ...PLAIN_SCENE,
    text,
    side: between(110, 320),
    centerX: between(240, 400),
    centerY: between(200, 280),
    turn: between(-Math.PI, Math.PI),
    tilt: sometimes(0.6, () => between(0.1, 0.5)),
    tiltDirection: between(-Math.PI, Math.PI),
    curl: sometimes(0.4, () => between(0.3, 1.6)),
    waves: between(1, 2.5),
    motionX: sometimes(0.3, () => between(-6, 6)),
    motionY: sometimes(0.3, () => between(-6, 6)),
    blur: sometimes(0.5, () => between(0.5, 3)),
    light,
    dark: Math.max(5, light - between(40, 180)),
    background: between(60, 200),
    glare: sometimes(0.3, () => between(40, 160)),
    glareRadius: between(0.1, 0.4),
    moire: sometimes(0.2, () => between(0.2, 0.8)),
    noise: between(1, 12),
    inverted: random() < 0.05,
    mirrored: random() < 0.05,
    seed,
  };
}

/**
 * A frame of a clip: a code in view from the first frame, which a hand moves fast at first, then slower,
 * never quite still.
 */
export function clipScene(seed: number, text: string, frame: number): Scene {
  const random = seededRandom(seed * 1009);
  const between = (from: number, to: number) => from + random() * (to - from);
  const start = { x: between(120, 520), y: between(90, 390), side: between(90, 160) };
  const stop = { x: between(230, 410), y: between(180, 300), side: between(130, 230) };
  const turn = between(-0.8, 0.8);
  const tilt = between(0, 0.35);
  const tiltDirection = between(-3, 3);
  const shake = between(2, 7);
  const arrive = between(6, 24);
  const at = (time: number) => {
    const share = Math.min(1, time / arrive);
    const eased = 1 - (1 - share) ** 2;
    return {
      x: start.x + (stop.x - start.x) * eased + shake * Math.sin(time * 0.9 + seed),
      y: start.y + (stop.y - start.y) * eased + shake * Math.cos(time * 0.7 + seed),
      side: start.side + (stop.side - start.side) * eased,
    };
  };
  const now = at(frame);
  const next = at(frame + 0.5);
  return {
    ...PLAIN_SCENE,
    text,
    centerX: now.x,
    centerY: now.y,
    side: now.side,
    turn: turn + 0.05 * Math.sin(frame * 0.5),
    tilt,
    tiltDirection,
    motionX: next.x - now.x,
    motionY: next.y - now.y,
    blur: between(0.3, 1.6),
    dark: between(20, 70),
    light: between(140, 230),
    noise: between(2, 8),
    seed: seed * 1000 + frame,
  };
}
