import { readFile } from 'node:fs/promises';

const files = [
  { path: '/', file: 'index.html', type: 'text/html; charset=utf-8' },
  { path: '/page.js', file: 'page.js', type: 'text/javascript; charset=utf-8' },
  { path: '/page.css', file: 'page.css', type: 'text/css; charset=utf-8' },
];

/** The kiosk's page as built by `npm run build`. */
export async function readPage() {
  return await Promise.all(
    files.map(async ({ path, file, type }) => ({
      path,
      type,
      body: await readFile(new URL(file, pageFolder), 'utf8'),
    })),
  );
}

/** dist/page, whether this runs from the source or from dist/. */
export const pageFolder = new URL(
  import.meta.url.endsWith('.js') ? '../../page/' : '../../dist/page/',
  import.meta.url,
);
