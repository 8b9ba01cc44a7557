import sharp from 'sharp';
import { errorCode, VarcoError } from '../../shared/errors.ts';
import type { LumaFrame } from './decode/frame.ts';

export type ImageProblem = 'imageUnreadable' | 'imageTooLarge' | 'imageUnsupported';

/** Largest picture file, in bytes: a phone's photo has some 5 MB. */
export const IMAGE_BYTES_MAX = 32 * 1024 * 1024;

/** Most pixels of a decompressed picture: more than phones' cameras have, far fewer than a bomb. */
export const IMAGE_PIXELS_MAX = 64_000_000;

export interface ReadImageOptions {
  /** Larger pictures are scaled down to fit both; smaller ones are not scaled up. */
  widthMax?: number;
  heightMax?: number;
}

/**
 * Reads a picture file (JPEG, PNG, WebP, GIF, TIFF, AVIF) as luma, rotated by its EXIF orientation, with
 * transparent parts white.
 *
 * @throws VarcoError `imageTooLarge`, `imageUnsupported` (such as a PDF) or `imageUnreadable`.
 */
export async function readImage(
  file: Uint8Array,
  options: ReadImageOptions = {},
): Promise<LumaFrame> {
  if (file.length > IMAGE_BYTES_MAX) {
    throw new VarcoError('imageTooLarge', `A picture of ${file.length} bytes is over the limit`);
  }
  if (isPdf(file)) {
    const message = 'A PDF page can not be read: save it as a PNG or JPEG picture first';
    throw new VarcoError('imageUnsupported', message);
  }
  try {
    const { data, info } = await sharp(file, {
      limitInputPixels: IMAGE_PIXELS_MAX,
      failOn: 'error',
      sequentialRead: true,
    })
      .rotate()
      .flatten({ background: '#ffffff' })
      .resize({
        width: options.widthMax,
        height: options.heightMax,
        fit: 'inside',
        withoutEnlargement: true,
      })
      .toColourspace('b-w')
      .extractChannel(0)
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { data: new Uint8Array(data), width: info.width, height: info.height };
  } catch (cause) {
    throw imageError(cause);
  }
}

function isPdf(file: Uint8Array): boolean {
  return String.fromCharCode(...file.subarray(0, 5)) === '%PDF-';
}

function imageError(cause: unknown): VarcoError<ImageProblem> {
  const text = cause instanceof Error ? cause.message : '';
  if (text.includes('pixel limit')) {
    return new VarcoError('imageTooLarge', 'The picture has too many pixels', { cause });
  }
  if (text.includes('unsupported image format')) {
    return new VarcoError('imageUnsupported', 'This is not a picture in a known format', { cause });
  }
  return new VarcoError('imageUnreadable', `The picture is damaged (${errorCode(cause)})`, {
    cause,
  });
}
