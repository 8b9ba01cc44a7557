import sharp from 'sharp';
import { expect, it } from 'vitest';
import { readImage } from '../../../../hardware/scanner/read-image.ts';

const half = { width: 40, height: 20, channels: 3 as const, background: '#ff0000' };

it('turns a picture into luma, upright by its EXIF note', async () => {
  const file = await sharp({ create: half }).withExif({}).jpeg().withMetadata({ orientation: 6 });
  const frame = await readImage(await file.toBuffer());
  expect([frame.width, frame.height, frame.data.length]).toEqual([20, 40, 800]);
  expect(frame.data[0]).toBeGreaterThan(40);
  expect(frame.data[0]).toBeLessThan(140);
});

it('lays transparent parts on white', async () => {
  const clear = { ...half, channels: 4 as const, background: { r: 0, g: 0, b: 0, alpha: 0 } };
  const frame = await readImage(await sharp({ create: clear }).png().toBuffer());
  expect(frame.data[0]).toBe(255);
});

it('fits a large picture and leaves a small one', async () => {
  const file = await sharp({ create: { ...half, width: 400, height: 100 } })
    .png()
    .toBuffer();
  const frame = await readImage(file, { widthMax: 200, heightMax: 200 });
  expect([frame.width, frame.height]).toEqual([200, 50]);
  const same = await readImage(file, { widthMax: 800, heightMax: 800 });
  expect(same.width).toBe(400);
});

it.each([
  ['nothing', Buffer.alloc(0), 'imageUnreadable'],
  ['text', Buffer.from('not a picture at all'), 'imageUnsupported'],
  ['a PDF', Buffer.from('%PDF-1.7\n'), 'imageUnsupported'],
  ['too many bytes', Buffer.alloc(33 * 1024 * 1024), 'imageTooLarge'],
])('refuses %s', async (_name, file, code) => {
  await expect(readImage(file)).rejects.toMatchObject({ code });
});

it('refuses a picture that would unpack to too many pixels', async () => {
  const file = await sharp({ create: { ...half, width: 9000, height: 9000 } })
    .png()
    .toBuffer();
  await expect(readImage(file)).rejects.toMatchObject({ code: 'imageTooLarge' });
});
