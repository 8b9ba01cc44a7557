import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Fastify, { type FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { FleetBus } from '../../server/fleet/bus/fleet-bus.ts';
import { registerEnrolment } from '../../server/fleet/enrolment/enrol-route.ts';
import { ConnectedKiosks } from '../../server/fleet/link/connected-kiosks.ts';
import { type KioskSocketDeps, KioskSockets } from '../../server/fleet/link/kiosk-sockets.ts';
import {
  defaultSocketLimits,
  type SocketLimits,
  slowness,
} from '../../server/fleet/link/link-limits.ts';
import type { LinkListener } from '../../server/fleet/link/link-listener.ts';
import type { Kiosk } from '../../server/fleet/places/kiosks.ts';
import { generateKeyringFile, Keyring } from '../../server/keys/keyring.ts';
import type { TlsOptions } from '../../server/tls.ts';
import { systemClock } from '../../shared/clock.ts';

export interface LinkServer {
  http: FastifyInstance;
  sockets: KioskSockets;
  /** Such as `https://127.0.0.1:4711`. */
  url: string;
  /** Such as `wss://127.0.0.1:4711/link`. */
  linkUrl: string;
  /** Who may connect. */
  kiosks: Map<string, Kiosk>;
  folder: string;
  keyring: Keyring;
  stop(): Promise<void>;
}

/**
 * The server's end of the link alone, on a port of its own: real sockets, TLS if asked, kiosks from a
 * map, and every verification granted after `verifyMs`.
 */
export async function startLinkServer(
  options: {
    listener?: LinkListener;
    limits?: Partial<SocketLimits>;
    tls?: TlsOptions;
    /** Called with the policy before a verification is answered, and awaited. */
    verify?: (policy: string) => Promise<void>;
    sockets?: Partial<Pick<KioskSocketDeps, 'certificateSites' | 'offlineLists' | 'log'>>;
    port?: number;
  } = {},
): Promise<LinkServer> {
  const folder = await mkdtemp(join(tmpdir(), 'varco-link-server-'));
  const kiosks = new Map<string, Kiosk>();
  const keyring = new Keyring(generateKeyringFile(Date.now()));
  const log = pino({ level: 'silent' });
  const sockets = new KioskSockets({
    kiosks: new ConnectedKiosks(),
    finder: { findKiosk: async (id) => kiosks.get(id) },
    bus: new FleetBus(log),
    verification: {
      requiresLiveCode: () => false,
      async verify({ policy }) {
        await options.verify?.(policy);
        return { verdict: { outcome: 'granted', companion: false }, decidedAt: Date.now() };
      },
    },
    secondLevel: { verifyCodeAtGate: () => Promise.reject(new Error('no second level here')) },
    facts: { acceptSealed: () => Promise.reject(new Error('no facts here')) },
    enrolled: () => undefined,
    keyring,
    hosts: ['varco.example.it'],
    clock: systemClock,
    log,
    limits: { ...defaultSocketLimits, ...options.limits },
    listener: options.listener ?? { admit: async () => ({ status: 'accepted' }) },
    ...options.sockets,
  });
  const slow = slowness(sockets.limits);
  const http = (
    options.tls ? Fastify({ https: { ...options.tls, ...slow } }) : Fastify({ http: slow })
  ) as FastifyInstance;
  const { listener, hosts } = sockets;
  registerEnrolment(http, { listener, hosts, keyring, clock: systemClock, log });
  http.server.on('upgrade', (request, socket, head) => sockets.upgrade(request, socket, head));
  await http.listen({ host: '127.0.0.1', port: options.port ?? 0 });
  const { port } = http.server.address() as AddressInfo;
  const scheme = options.tls ? 'https' : 'http';
  const url = `${scheme}://127.0.0.1:${port}`;
  return {
    http,
    sockets,
    url,
    linkUrl: `${url.replace('http', 'ws')}/link`,
    kiosks,
    folder,
    keyring,
    async stop() {
      sockets.stop();
      http.server.closeAllConnections();
      await http.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
