import { access, readdir, readFile } from 'node:fs/promises';
import { PAGE_BAR_CODE, systemHid } from './hid-devices.ts';

/** A device that may be a scanner, and the config line that opens it. */
export interface FoundDevice {
  kind: 'hid-pos' | 'hid-keyboard' | 'serial' | 'camera';
  label: string;
  config: Record<string, unknown>;
}

const PAGE_GENERIC_DESKTOP = 0x01;
const USAGE_KEYBOARD = 0x06;
const CAMERA_SIZE = { width: 640, height: 480 };

/** Lists HID scanners and keyboards, serial devices and cameras that are plugged in. Never throws. */
export async function findDevices(): Promise<FoundDevice[]> {
  const groups = await Promise.all([findHid(), findSerial(), findV4l2(), findPiCamera()]);
  return groups.flat();
}

async function findHid(): Promise<FoundDevice[]> {
  const devices = await systemHid.list().catch(() => []);
  const found: FoundDevice[] = [];
  for (const { vendorId, productId, serialNumber, product, usagePage, usage } of devices) {
    const pos = usagePage === PAGE_BAR_CODE;
    if (!pos && !(usagePage === PAGE_GENERIC_DESKTOP && usage === USAGE_KEYBOARD)) {
      continue;
    }
    const driver = pos ? 'hid-pos' : 'hid-keyboard';
    const serial = serialNumber ? { serial: serialNumber } : {};
    found.push({
      kind: driver,
      label: product ?? `USB ${vendorId.toString(16)}:${productId.toString(16)}`,
      config: { driver, vendorId, productId, ...serial },
    });
  }
  return found;
}

/** By `/dev/serial/by-id`, whose names are stable; `SerialPort.list()` rejects without udevadm. */
async function findSerial(): Promise<FoundDevice[]> {
  const folder = '/dev/serial/by-id';
  const names = await readdir(folder).catch(() => []);
  const links = names.map((name) => `${folder}/${name}`);
  const nodes = await readdir('/dev').catch(() => []);
  const plain = nodes
    .filter((name) => /^tty(?:ACM|USB|AMA)\d+$/.test(name))
    .map((name) => `/dev/${name}`);
  return (links.length > 0 ? links : plain).map((path) => ({
    kind: 'serial',
    label: path.split('/').at(-1) ?? path,
    config: { driver: 'serial', path },
  }));
}

async function findV4l2(): Promise<FoundDevice[]> {
  const folder = '/sys/class/video4linux';
  const names = await readdir(folder).catch(() => []);
  const found: FoundDevice[] = [];
  for (const name of names) {
    const label = await readFile(`${folder}/${name}/name`, 'utf8').catch(() => name);
    const index = await readFile(`${folder}/${name}/index`, 'utf8').catch(() => '0');
    if (index.trim() === '0') {
      found.push({ kind: 'camera', label: label.trim(), config: ffmpegCamera(`/dev/${name}`) });
    }
  }
  return found;
}

function ffmpegCamera(device: string): Record<string, unknown> {
  const { width, height } = CAMERA_SIZE;
  const input = ['-f', 'v4l2', '-video_size', `${width}x${height}`, '-i', device];
  const output = ['-pix_fmt', 'gray', '-f', 'rawvideo', '-'];
  const command = ['ffmpeg', '-loglevel', 'error', ...input, ...output];
  return { driver: 'camera', command, ...CAMERA_SIZE, format: 'gray' };
}

/** A Raspberry Pi's own camera, by the program that is installed, its newer name first. */
async function findPiCamera(): Promise<FoundDevice[]> {
  for (const program of ['rpicam-vid', 'libcamera-vid']) {
    const isInstalled = await access(`/usr/bin/${program}`).then(
      () => true,
      () => false,
    );
    if (isInstalled) {
      const { width, height } = CAMERA_SIZE;
      const size = ['--width', String(width), '--height', String(height), '--framerate', '30'];
      const exposure = ['--shutter', '8000', '--autofocus-mode', 'continuous'];
      const command = [program, '-n', '-t', '0', '--codec', 'yuv420', ...size, ...exposure];
      const config = { driver: 'camera', command: [...command, '-o', '-'], ...CAMERA_SIZE };
      return [{ kind: 'camera', label: program, config: { ...config, format: 'yuv420' } }];
    }
  }
  return [];
}
