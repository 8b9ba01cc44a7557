import { readFile } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { VarcoError } from '../../shared/errors.ts';
import { access } from '../route-access.ts';

/** A file that pages are made of, in memory. */
export interface WebAsset {
  /** What pages call it, such as `site.css` or `fleet-table` (an island). */
  name: string;
  /** Under `/assets/`, with a part of its hash: it may be kept for ever. */
  path: string;
  type: string;
  body: Buffer;
  /** Brotli (RFC 7932), where it is smaller. */
  compressed?: Buffer | undefined;
}

const manifestSchema = z.array(
  z.strictObject({
    name: z.string(),
    path: z.string().startsWith('/assets/'),
    type: z.string(),
    compressed: z.boolean(),
  }),
);
export type WebManifest = z.infer<typeof manifestSchema>;

/** Where the build puts the pages' files, seen from the source and from dist/server/web alike. */
export const webFolder = new URL(
  import.meta.url.endsWith('.js') ? '../../web/' : '../../dist/web/',
  import.meta.url,
);

/**
 * Reads what `npm run build` made.
 *
 * @throws VarcoError `webAssetsMissing`.
 */
export async function readWebAssets(folder: URL = webFolder): Promise<WebAsset[]> {
  try {
    const text = await readFile(new URL('manifest.json', folder), 'utf8');
    const manifest = manifestSchema.parse(JSON.parse(text));
    return await Promise.all(
      manifest.map(async ({ name, path, type, compressed }) => {
        const file = new URL(path.slice(1), folder);
        const body = await readFile(file);
        const smaller = compressed ? await readFile(new URL(`${file.href}.br`)) : undefined;
        return { name, path, type, body, compressed: smaller };
      }),
    );
  } catch (cause) {
    throw new VarcoError('webAssetsMissing', 'The pages are not built: npm run build', { cause });
  }
}

/** Serves them; each says by its name what is in it, so a browser need never ask again. */
export function serveAssets(http: FastifyInstance, assets: readonly WebAsset[]): void {
  for (const { path, type, body, compressed } of assets) {
    http.get(path, access('public'), (request, reply) => {
      reply.header('cache-control', 'public, max-age=31536000, immutable').type(type);
      const brotli = /\bbr\b/.test(request.headers['accept-encoding'] ?? '');
      reply.header('vary', 'accept-encoding');
      return compressed && brotli
        ? reply.header('content-encoding', 'br').send(compressed)
        : reply.send(body);
    });
  }
}
