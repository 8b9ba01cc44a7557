import sharp from 'sharp';
import { VarcoError } from '../../shared/errors.ts';

/** The largest picture that is taken, in bytes; the upload is ended there, before it is all read. */
export const PHOTO_BYTES_MAX = 8 * 1024 * 1024;
/** What a picture may unfold to, whatever its bytes: a phone's largest has some 50 million. */
const PIXELS_MAX = 64_000_000;
/** Below this a face can't be known again in print. */
const SHORT_SIDE_MIN = 300;
const LONG_SIDE_MIN = 400;
/** A passport photograph of 35 × 45 mm at 300 dpi. */
export const PHOTO_WIDTH = 413;
export const PHOTO_HEIGHT = 531;
const SECONDS_MAX = 10;

/** Why a photo is not taken; each has its own words in the portal. */
export type PhotoProblem =
  | 'photoMissing'
  | 'photoTooLarge'
  /** No JPEG, PNG or WebP, or one that moves. */
  | 'photoKind'
  | 'photoUnreadable'
  | 'photoSmall';

const words: Record<PhotoProblem, string> = {
  photoMissing: 'There is no picture',
  photoTooLarge: 'The picture is too large: 8 MB and 64 million pixels at most',
  photoKind: 'The picture is not a still JPEG, PNG or WebP',
  photoUnreadable: 'The picture is damaged',
  photoSmall: 'The picture is too small: 300 × 400 pixels at least',
};

/**
 * Makes a card's photo of an uploaded picture: turned upright, cut to the format of an identity photo,
 * coded anew as JPEG, so that nothing of what came with it (place, camera, thumbnail) is kept.
 *
 * The kind is told by the first bytes, before any decoder sees it: an SVG, which may fetch and may
 * unfold without end, reaches none.
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

/** The first bytes of the three kinds (RFC 2083 §3.1, ITU-T T.81 annex B, RFC 9649 §2.4). */
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
  return new VarcoError(code, words[code]);
}
