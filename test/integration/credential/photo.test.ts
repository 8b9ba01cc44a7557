import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  PHOTO_BYTES_MAX,
  PHOTO_HEIGHT,
  PHOTO_WIDTH,
  preparePhoto,
} from '../../../server/credential/photo.ts';

const blank = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#aabbcc' } });

/** A PNG of some kilobytes that says, and holds, a picture of millions of points. */
function bomb(side: number): Buffer {
  const crc = (data: Buffer) => {
    let value = ~0;
    for (const byte of data) {
      value ^= byte;
      for (let bit = 0; bit < 8; bit += 1) {
        value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
      }
    }
    return ~value >>> 0;
  };
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const framed = Buffer.alloc(body.length + 8);
    framed.writeUInt32BE(data.length, 0);
    body.copy(framed, 4);
    framed.writeUInt32BE(crc(body), body.length + 4);
    return framed;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([1, 0, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(side * (side / 8 + 1)))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

describe('a photo', () => {
  let portrait: Buffer;
  beforeAll(async () => {
    portrait = await blank(900, 1200)
      .jpeg()
      .withExif({
        IFD0: { Make: 'Phone', Artist: 'Anna Rossi' },
        IFD3: { GPSLatitude: '45/1 4/1 0/1' },
      })
      .toBuffer();
  });

  test.each(['jpeg', 'png', 'webp'] as const)(
    'a %s comes out in the format of the card',
    async (kind) => {
      const photo = await preparePhoto(await blank(1200, 900).toFormat(kind).toBuffer());
      expect(await sharp(photo).metadata()).toMatchObject({
        format: 'jpeg',
        width: PHOTO_WIDTH,
        height: PHOTO_HEIGHT,
      });
    },
  );

  test('keeps nothing of where, when and with what it was taken', async () => {
    expect(portrait.toString('latin1')).toContain('Anna Rossi');
    const photo = await preparePhoto(portrait);
    const { exif, icc, xmp, iptc } = await sharp(photo).metadata();
    expect({ exif, icc, xmp, iptc }).toEqual({
      exif: undefined,
      icc: undefined,
      xmp: undefined,
      iptc: undefined,
    });
    expect(photo.toString('latin1')).not.toContain('Anna Rossi');
  });

  test('a picture taken with the phone on its side stands upright', async () => {
    const top = await sharp({
      create: { width: 800, height: 400, channels: 3, background: '#ff0000' },
    })
      .png()
      .toBuffer();
    const halves = await blank(800, 800)
      .composite([{ input: top, top: 0, left: 0 }])
      .png()
      .toBuffer();
    const turned = await sharp(halves)
      .rotate(-90)
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    const photo = await preparePhoto(turned);
    const { data, info } = await sharp(photo).raw().toBuffer({ resolveWithObject: true });
    const at = (y: number) => data[(y * info.width + 200) * info.channels] ?? 0;
    expect(at(20)).toBeGreaterThan(200);
    expect(at(info.height - 20)).toBeLessThan(200);
  });

  test('what is seen through is put on white', async () => {
    const glass = { width: 600, height: 800, channels: 4, background: '#00000000' } as const;
    const photo = await preparePhoto(await sharp({ create: glass }).png().toBuffer());
    const { data } = await sharp(photo).raw().toBuffer({ resolveWithObject: true });
    expect(data[0]).toBeGreaterThan(250);
  });
});

describe('what is no photo', () => {
  test.each<[string, () => Buffer | Promise<Buffer>, string]>([
    ['nothing', () => Buffer.alloc(0), 'photoMissing'],
    ['a file over the limit', () => Buffer.alloc(PHOTO_BYTES_MAX + 1, 0xff), 'photoTooLarge'],
    ['50 MB', () => Buffer.alloc(50 * 1024 * 1024), 'photoTooLarge'],
    [
      'an SVG',
      () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="900" height="900"></svg>'),
      'photoKind',
    ],
    [
      'an SVG that unfolds',
      () => Buffer.from('<!DOCTYPE svg [<!ENTITY a "aaaa">]><svg>&a;&a;</svg>'),
      'photoKind',
    ],
    ['a PDF', () => Buffer.from('%PDF-1.7 and so on'), 'photoKind'],
    ['a ZIP', () => Buffer.from('PK\u0003\u0004 and so on'), 'photoKind'],
    ['a GIF', () => blank(600, 800).gif().toBuffer(), 'photoKind'],
    ['a TIFF', () => blank(600, 800).tiff().toBuffer(), 'photoKind'],
    ['an AVIF', () => blank(600, 800).avif().toBuffer(), 'photoKind'],
    ['a HEIC by its name', () => Buffer.from('\0\0\0\u0018ftypheic\0\0\0\0'), 'photoKind'],
    ['a picture that unfolds to eighty million points', () => bomb(9_000), 'photoTooLarge'],
    ['a thumbnail', () => blank(200, 260).jpeg().toBuffer(), 'photoSmall'],
    ['a strip', () => blank(299, 2000).jpeg().toBuffer(), 'photoSmall'],
    ['a JPEG in name alone', () => Buffer.from([0xff, 0xd8, 0xff, 0, 1, 2, 3]), 'photoUnreadable'],
    [
      'half a JPEG',
      async () => {
        const whole = await blank(600, 800).jpeg().toBuffer();
        return whole.subarray(0, whole.length / 2);
      },
      'photoUnreadable',
    ],
    [
      'a WebP that moves',
      async () => {
        const other = { width: 600, height: 800, channels: 3, background: '#112233' } as const;
        const input = await sharp({ create: other }).png().toBuffer();
        const both = blank(600, 1600).composite([{ input, top: 800, left: 0 }]);
        const frames = await both.raw().toBuffer();
        const raw = { width: 600, height: 1600, channels: 3, pageHeight: 800 } as const;
        return sharp(frames, { raw })
          .webp({ loop: 0, delay: [100, 100] })
          .toBuffer();
      },
      'photoKind',
    ],
  ])('%s', async (_what, make, code) => {
    await expect(preparePhoto(await make())).rejects.toMatchObject({ code });
  });
});
