const key = Buffer.alloc(32, 7).toString('base64url');
const signature = Buffer.alloc(64, 7).toString('base64url');
const requestId = '0b6f0d3e-6f0c-4f0e-9b7b-1a2b3c4d5e6f';
const at = 1_790_000_000_000;
const credentialId = '00112233445566778899aabbccddeeff';
const config = {
  version: 3,
  status: 'refused',
  failed: 4,
  problems: [{ path: 'mode', message: 'no' }],
};

/** A right payload of each message, and what else comes by the same doors. */
export const wireSamples: readonly unknown[] = [
  { nonce: key, serverTime: at },
  { kioskId: 'kiosk-1', time: at, signature },
  { software: '0.1.0', startedAt: at, config, capabilities: ['identify', 'openOnce'] },
  {
    status: 'accepted',
    serverTime: at,
    intervalMs: 10_000,
    gate: { name: 'Ingresso', policy: 'dm507-art4', liveCode: 'required' },
    hosts: ['varco.example.it'],
    credentialKeys: [{ keyId: '0a1b2c3d', publicKey: key }],
    factsKey: { keyId: '0a1b2c3d', publicKey: key },
    desired: { version: 1, body: { mode: 'museum', volume: 80 } },
    reconnectWithinMs: 1_000,
  },
  { status: 'pending', serverTime: at, retryAfterMs: 5_000 },
  { requestId, credentialId, codiceFiscale: 'RSSMRA80A01H501U', liveIssuedAt: 1_790_000_000 },
  { requestId, credentialId, code: '123456' },
  { verdict: { outcome: 'granted', companion: true }, decidedAt: at },
  { verdict: { outcome: 'throttled', retryAfterMs: 1_000 }, decidedAt: at },
  {
    state: 'inService',
    peripherals: { scanner: { state: 'ready' }, keypad: { state: 'lost', reason: 'unplugged' } },
    machine: { cpuTemperatureC: 51.5, power: { now: [], sinceBoot: ['throttled'] }, uptimeS: 100 },
    clock: { trust: 'synced', skewMs: -12 },
    link: { roundTripMs: 8, reconnects: 2 },
    offline: {
      list: 'usable',
      listVersion: { epoch: 1, version: 2 },
      factsWaiting: 0,
      factsQuarantined: 0,
    },
    config,
    verifications: { granted: 1, denied: 2, unconfirmed: 3, otpRequired: 4, throttled: 5 },
    software: '0.1.0',
  },
  { partial: true, machine: null, peripherals: { scanner: null, display: { state: 'ready' } } },
  { serverTime: at, whole: true },
  { have: { epoch: 1, version: 2, base: 1 }, newest: { epoch: 1, version: 2 } },
  { status: 'fetch', kind: 'delta', version: 2, bytes: 4_096 },
  { status: 'none', reason: 'soon' },
  { kind: 'full', version: 2, offset: 0 },
  { data: 'AAAA' },
  { epoch: 1, version: 2 },
  { boxes: ['eyJhbGciOiJFQ0RILUVTIn0..AAAA.BBBB.CCCC'] },
  { results: [{ outcome: 'accepted' }, { outcome: 'refused', code: 'boxUnreadable' }] },
  { measurements: [{ at, sample: {} }] },
  { version: 1, body: { mode: 'desk', entryMs: 60_000 } },
  { status: 'refused', problems: [{ path: 'mode', message: 'no' }] },
  {},
  { status: 'scheduled' },
  { id: requestId, command: { name: 'openOnce', reason: 'carrello' } },
  { id: requestId, command: { name: 'collectLogs', lines: 100 } },
  { status: 'refused', code: 'unsupported' },
  { id: requestId, part: 0, last: true, outcome: 'done', type: 'text/plain', data: 'riga' },
  { code: '0123456789ABCDEF', publicKey: key, software: '0.1.0', time: at, signature },
  {
    kioskId: 'kiosk-1',
    linkPath: '/link',
    gate: { name: 'Ingresso', policy: 'dm507-art4' },
    hosts: ['varco.example.it'],
    credentialKeys: [{ keyId: '0a1b2c3d', publicKey: key }],
    serverTime: at,
  },
];
