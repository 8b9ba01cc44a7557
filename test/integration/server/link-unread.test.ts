import { randomBytes, randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { KioskSocketDeps } from '../../../server/fleet/link/kiosk-sockets.ts';
import type { DisconnectReason, LinkListener } from '../../../server/fleet/link/link-listener.ts';
import { LIST_CHUNK_BYTES } from '../../../shared/protocol/actions.ts';
import { FRAME_LENGTH_MAX } from '../../../shared/protocol/frame.ts';
import { KioskClient } from '../../support/kiosk-client.ts';
import { admit, newPair } from '../../support/link-events.ts';
import { type LinkServer, startLinkServer } from '../../support/link-server.ts';

const UNSENT_BYTES_MAX = 262_144;
/** Below the 100 messages a second that anybody may send: what ends this connection is not its haste. */
const ASK_EVERY_MS = 12;

let server: LinkServer | undefined;
const clients: KioskClient[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) {
    client.socket.terminate();
  }
  await server?.stop();
});

function dial(from: LinkServer, kioskId: string, key: ReturnType<typeof newPair>): KioskClient {
  const client = new KioskClient({ url: from.url, kioskId, key });
  clients.push(client);
  return client;
}

test('who asks and asks and never reads is cut off before it fills the memory; others are served', async () => {
  const gone: [string, DisconnectReason][] = [];
  const listener: LinkListener = {
    admit: async () => ({ status: 'accepted' }),
    disconnected: (kiosk, _info, reason) => gone.push([kiosk.id, reason]),
  };
  const data = randomBytes(LIST_CHUNK_BYTES).toString('base64url');
  const offlineLists = { chunk: async () => ({ data }) };
  server = await startLinkServer({
    listener,
    limits: { unsentBytesMax: UNSENT_BYTES_MAX },
    sockets: { offlineLists: offlineLists as unknown as KioskSocketDeps['offlineLists'] },
  });
  const accepted: Socket[] = [];
  server.http.server.on('connection', (socket) => accepted.push(socket));
  const keys = [newPair(), newPair()] as const;
  admit(server, keys[0].publicKey, 'gate-1');
  admit(server, keys[1].publicKey, 'gate-2');
  const deaf = dial(server, 'gate-1', keys[0]);
  await deaf.challenged;
  await deaf.boot();
  const other = dial(server, 'gate-2', keys[1]);
  await other.challenged;
  await other.boot();

  deaf.socket.pause();
  let most = 0;
  let asked = 0;
  while (gone.length === 0) {
    asked += 1;
    const request = { kind: 'full', version: 1, offset: 0 };
    deaf.socket.send(JSON.stringify([2, String(asked), 'ListChunk', request]));
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    most = Math.max(most, ...accepted.map(({ writableLength }) => writableLength));
  }
  expect(gone).toEqual([['gate-1', 'flood']]);
  // It did fill up, and never by more than one answer above the bound.
  expect(most).toBeGreaterThan(UNSENT_BYTES_MAX / 2);
  expect(most).toBeLessThanOrEqual(UNSENT_BYTES_MAX + FRAME_LENGTH_MAX);
  expect(accepted[0]?.destroyed).toBe(true);
  const answer = await other.verify(randomUUID(), '0'.repeat(32), 'RSSMRA80A01H501U');
  expect(answer.verdict.outcome).toBe('granted');
}, 60_000);
