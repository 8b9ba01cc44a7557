import sharp from 'sharp';
import { VarcoError } from '../../shared/errors.ts';

/** Largest accepted picture in bytes; a longer upload is aborted, not read to its end. */
export const PHOTO_BYTES_MAX = 8 * 1024 * 1024;
/** Limits what a picture may decompress to; the largest of a phone has some 50 million pixels. */
const PIXELS_MAX = 64_000_000;
/** With fewer pixels a face is not recognisable in print. */
const SHORT_SIDE_MIN = 300;
const LONG_SIDE_MIN = 400;
/** A passport photograph of 35 × 45 mm at 300 dpi. */
export const PHOTO_WIDTH = 413;
export const PHOTO_HEIGHT = 531;
const SECONDS_MAX = 10;

/** Why a photo is rejected; each reason has its own messages in the portal. */
export type PhotoProblem =
  | 'photoMissing'
  | 'photoTooLarge'
  /** Not a JPEG, PNG or WebP, or an animated one. */
  | 'photoKind'
  | 'photoUnreadable'
  | 'photoSmall';

const messages: Record<PhotoProblem, string> = {
  photoMissing: 'There is no picture',
  photoTooLarge: 'The picture is too large: 8 MB and 64 million pixels at most',
  photoKind: 'The picture is not a still JPEG, PNG or WebP',
  photoUnreadable: 'The picture is damaged',
  photoSmall: 'The picture is too small: 300 × 400 pixels at least',
};

/**
 * Turns an uploaded picture into a card's photo: rotated upright, cropped to the format of an identity
 * photo and encoded again as JPEG, so that no metadata (place, camera, thumbnail) survives.
 *
 * The file type is checked by its first bytes before any decoder runs: an SVG, which could fetch resources
 * or expand without end, reaches none.
 *
 * @throws VarcoError with a {@link PhotoProblem}.
 */
export async function preparePhoto(bytes: Buffer): Promise<Buffer> {
  if (bytes.length === 0) {
    throw problem('photoMissing');
  }
  if (bytes.length > PHOTO_BYTES_MAX) {
    throw problem('photoTooLarge');
  }
  if (!isStillPicture(bytes)) {
    throw problem('photoKind');
  }
  const picture = sharp(bytes, { limitInputPixels: PIXELS_MAX, failOn: 'error' });
  let size: { width: number; height: number; pages?: number | undefined };
  try {
    size = await picture.metadata();
  } catch (error) {
    throw problem(isPixelLimit(error) ? 'photoTooLarge' : 'photoUnreadable');
  }
  if ((size.pages ?? 1) > 1) {
    throw problem('photoKind');
  }
  const [shorter = 0, longer = 0] = [size.width, size.height].sort((a, b) => a - b);
  if (shorter < SHORT_SIDE_MIN || longer < LONG_SIDE_MIN) {
    throw problem('photoSmall');
  }
  try {
    return await picture
      .rotate()
      .resize(PHOTO_WIDTH, PHOTO_HEIGHT, { fit: 'cover', position: sharp.strategy.attention })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .jpeg({ quality: 88 })
      .timeout({ seconds: SECONDS_MAX })
      .toBuffer();
  } catch (error) {
    throw problem(isPixelLimit(error) ? 'photoTooLarge' : 'photoUnreadable');
  }
}

function isPixelLimit(error: unknown): boolean {
  return error instanceof Error && /pixel limit/i.test(error.message);
}

/** Checks the signatures of the three file types (RFC 2083 §3.1, ITU-T T.81 annex B, RFC 9649 §2.4). */
function isStillPicture(bytes: Buffer): boolean {
  const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const jpeg = Buffer.from([0xff, 0xd8, 0xff]);
  return (
    bytes.subarray(0, 8).equals(png) ||
    bytes.subarray(0, 3).equals(jpeg) ||
    (bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP')
  );
}

function problem(code: PhotoProblem): VarcoError<PhotoProblem> {
  return new VarcoError(code, messages[code]);
}
