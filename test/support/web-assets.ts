import { bundleWeb } from '../../scripts/build-web.ts';
import type { WebAsset } from '../../server/web/assets.ts';

let bundled: Promise<WebAsset[]> | undefined;

/** The pages' files as the source has them now, bundled once in each process. */
export function webAssets(): Promise<WebAsset[]> {
  bundled ??= bundleWeb();
  return bundled;
}
