import { readFile } from 'node:fs/promises';
import type { PageAsset } from '../../hardware/display/page.ts';
import { buildPages } from '../build-pages.ts';
import { buildWeb } from '../build-web.ts';
import { pageFolder, readPage } from '../launch/page-files.ts';

/** The kiosk's page with the tray beside it, freshly built from the source. */
export async function demoAssets(): Promise<PageAsset[]> {
  await Promise.all([buildPages(), buildWeb()]);
  const page = await readPage();
  const file = (name: string) => readFile(new URL(name, pageFolder), 'utf8');
  const tray =
    '<link rel="stylesheet" href="/tray.css"><script type="module" src="/tray.js"></script></head>';
  return [
    ...page.map((asset) =>
      asset.path === '/' ? { ...asset, body: asset.body.replace('</head>', tray) } : asset,
    ),
    { path: '/tray.js', type: 'text/javascript; charset=utf-8', body: await file('tray.js') },
    { path: '/tray.css', type: 'text/css; charset=utf-8', body: await file('tray.css') },
  ];
}
