/** A kiosk in a process of its own, to be stopped with SIGSTOP: `node --import tsx frozen-kiosk.ts URL KEY.pem`. */
import { createPrivateKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Link } from '../../device/link/link.ts';
import { systemClock } from '../../shared/clock.ts';

const [url = '', keyFile = ''] = process.argv.slice(2);
const key = createPrivateKey(readFileSync(keyFile));
new Link({
  url,
  identity: { kioskId: 'gate-1', sign: (message) => sign(null, message, key) },
  software: 'test',
  clock: systemClock,
  random: Math.random,
  status: () => ({ state: 'inService', peripherals: {} }),
}).start({ up: () => {}, down: () => {} });
