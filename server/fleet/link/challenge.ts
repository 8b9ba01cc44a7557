import { randomBytes } from 'node:crypto';
import { errorCode } from '../../../shared/errors.ts';
import type { AnswerOf, RequestOf } from '../../../shared/protocol/actions.ts';
import type { Kiosk } from '../places/kiosks.ts';
import type { ConnectionHost, Handshake } from './connection-host.ts';
import { proofHolds } from './kiosk-proof.ts';

const NONCE_BYTES = 32;

/** What the challenge needs of the connection that it is for. */
export interface Challenged {
  readonly isOpen: boolean;
  ask(request: RequestOf<'Challenge'>): Promise<AnswerOf<'Challenge'>>;
  /** Its proof is being checked: it is silent no more. */
  beginCheck(): void;
}

export type Proven =
  | { ok: true; kiosk: Kiosk }
  /** `closed`: the connection ended before. */
  | { ok: false; reason: 'proofRefused' | 'unavailable' | 'deadline' | 'flood' | 'closed' };

/** Asks a new connection who it is, and verifies its proof. Never throws. */
export async function challenge(
  host: ConnectionHost,
  handshake: Handshake,
  connection: Challenged,
): Promise<Proven> {
  const nonce = randomBytes(NONCE_BYTES).toString('base64url');
  try {
    const answer = await connection.ask({ nonce, serverTime: host.clock.now() });
    if (host.isShutOut(answer.kioskId)) {
      // Whoever comes back at once is kept waiting, at the price of a silent connection.
      await new Promise<void>((resolve) => host.clock.after(host.limits.shutOutReplyMs, resolve));
      return { ok: false, reason: connection.isOpen ? 'flood' : 'closed' };
    }
    connection.beginCheck();
    const kiosk = await host.proofs.pass(async () =>
      connection.isOpen ? await prove(host, handshake, nonce, answer) : undefined,
    );
    if (!connection.isOpen) {
      return { ok: false, reason: 'closed' };
    }
    if (kiosk) {
      return { ok: true, kiosk };
    }
    host.log.warn({ kiosk: answer.kioskId }, 'kiosk refused: its proof is invalid');
    return { ok: false, reason: 'proofRefused' };
  } catch (error) {
    const code = errorCode(error);
    if (code === 'closed') {
      return { ok: false, reason: 'closed' };
    }
    host.log.warn({ code }, 'kiosk refused: the challenge was not answered');
    return { ok: false, reason: reasons[code] ?? 'proofRefused' };
  }
}

const reasons: Record<string, 'unavailable' | 'deadline'> = {
  storeUnavailable: 'unavailable',
  timeout: 'deadline',
};

/** The kiosk whose key signed this connection's nonce. */
async function prove(
  server: ConnectionHost,
  { host, certificateName }: Handshake,
  nonce: string,
  answer: AnswerOf<'Challenge'>,
): Promise<Kiosk | undefined> {
  const { finder, clock, limits } = server;
  const kiosk = await finder.findKiosk(answer.kioskId);
  const { clockSkewMaxMs } = limits;
  const context = { host, nonce, now: clock.now(), clockSkewMaxMs };
  // An unknown kiosk costs the same work.
  if (!proofHolds(answer, kiosk?.publicKey, context) || !kiosk) {
    return undefined;
  }
  const isCertified = certificateName === kiosk.id;
  const isDemanded = kiosk.needsCertificate || server.demandsCertificate(kiosk.site);
  return isCertified || !isDemanded ? kiosk : undefined;
}
