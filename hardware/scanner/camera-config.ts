import { z } from 'zod';
import { pinSchema } from '../gpio/pin-config.ts';

const COMMAND_PARTS_MAX = 64;
const SIDE_MAX = 4096;

/**
 * A camera that is read from the standard output of a command.
 *
 * @example a Raspberry Pi's own camera
 * { driver: 'camera', format: 'yuv420', width: 640, height: 480, command: ['rpicam-vid', '-n',
 *   '-t', '0', '--codec', 'yuv420', '--width', '640', '--height', '480', '--framerate', '30', '-o', '-'] }
 * @example a USB camera
 * { driver: 'camera', format: 'gray', width: 640, height: 480, command: ['ffmpeg', '-loglevel',
 *   'error', '-f', 'v4l2', '-video_size', '640x480', '-i', '/dev/video0', '-pix_fmt', 'gray',
 *   '-f', 'rawvideo', '-'] }
 */
export const cameraConfigSchema = z
  .strictObject({
    driver: z.literal('camera'),
    /** The source of its readings. */
    name: z.string().min(1).max(64).default('camera'),
    /** The program and its arguments, run without a shell. */
    command: z.array(z.string().max(4096)).min(1).max(COMMAND_PARTS_MAX),
    width: z.number().int().min(16).max(SIDE_MAX),
    height: z.number().int().min(16).max(SIDE_MAX),
    format: z.enum(['gray', 'yuv420', 'mjpeg']),
    /** Bytes from one row to the next where the camera pads its rows; `width` by default. */
    stride: z
      .number()
      .int()
      .max(SIDE_MAX * 2)
      .optional(),
    decoder: z.enum(['auto', 'zxing-wasm', 'jsqr']).default('auto'),
    /** The pin of a lamp beside the camera, which is on while it is too dark. */
    torch: pinSchema.optional(),
    /** The decoder's time budget for one frame, in milliseconds. */
    budgetMs: z.number().int().min(5).max(1000).default(60),
  })
  .refine((config) => config.stride === undefined || config.stride >= config.width, {
    path: ['stride'],
    message: 'A row can not be shorter than its picture: stride must be at least width',
  });

export type CameraConfig = z.infer<typeof cameraConfigSchema>;
export type CameraConfigInput = z.input<typeof cameraConfigSchema>;
