import { bundleWeb } from '../../scripts/build-web.ts';
import type { WebAsset } from '../../server/web/assets.ts';

let bundled: Promise<WebAsset[]> | undefined;

/** The files of the pages, bundled from the source once per process. */
export function webAssets(): Promise<WebAsset[]> {
  bundled ??= bundleWeb();
  return bundled;
}
