import { readFile } from 'node:fs/promises';

const files = [
  { path: '/', file: 'index.html', type: 'text/html; charset=utf-8' },
  { path: '/page.js', file: 'page.js', type: 'text/javascript; charset=utf-8' },
  { path: '/page.css', file: 'page.css', type: 'text/css; charset=utf-8' },
];

/** The kiosk's page as `npm run build` made it. */
export async function readPage() {
  return await Promise.all(
    files.map(async ({ path, file, type }) => ({
      path,
      type,
      body: await readFile(new URL(file, pageFolder), 'utf8'),
    })),
  );
}

/** dist/page, seen from the source and from dist/scripts/varco alike. */
export const pageFolder = new URL(
  import.meta.url.endsWith('.js') ? '../../page/' : '../../dist/page/',
  import.meta.url,
);
