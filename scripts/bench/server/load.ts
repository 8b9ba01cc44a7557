import { type KeyObject, randomBytes, sign } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { SUBPROTOCOL } from '../../../shared/protocol/frame.ts';
import { proofMessage } from '../../../shared/protocol/proof.ts';
import { newRequestId } from '../../../shared/request-id.ts';
import type { MinimalPerson } from './minimal.ts';

/** What the callers measured. */
export interface LoadResult {
  answers: number;
  seconds: number;
  /** Sorted, milliseconds. */
  latencies: number[];
}

/** One connection that sends a request, waits for the reply, and goes on with the next. */
export class Caller {
  readonly socket: WebSocket;
  readonly #people: readonly MinimalPerson[];
  #onMessage: (text: string) => void = () => {};

  private constructor(socket: WebSocket, people: readonly MinimalPerson[]) {
    this.socket = socket;
    this.#people = people;
    socket.on('message', (data) => this.#onMessage(String(data)));
  }

  static async connect(
    url: string,
    people: readonly MinimalPerson[],
    kiosk?: { id: string; privateKey: KeyObject },
  ): Promise<Caller> {
    const socket = new WebSocket(url, kiosk ? SUBPROTOCOL : [], { perMessageDeflate: false });
    const caller = new Caller(socket, people);
    if (kiosk) {
      await caller.#prove(url, kiosk);
    } else {
      await once(socket, 'open');
    }
    return caller;
  }

  async ask(call: number): Promise<void> {
    const person = this.#people[call % this.#people.length];
    // Only what the call takes: a person here may carry more, such as the text of the code.
    const { credentialId, codiceFiscale } = person ?? {};
    const requestId = newRequestId(Date.now(), randomBytes);
    const payload = { requestId, credentialId, codiceFiscale };
    const answer = await this.#call([2, String(call), 'Verify', payload]);
    if (answer[0] !== 3 && answer[0] !== 2) {
      throw new Error(`The server answered ${JSON.stringify(answer)}`);
    }
  }

  async #prove(url: string, { id, privateKey }: { id: string; privateKey: KeyObject }) {
    const [, callId, , { nonce }] = await new Promise<Frame>((resolve) => {
      this.#onMessage = (text) => resolve(JSON.parse(text));
    });
    const time = Date.now();
    const message = proofMessage({ host: new URL(url).host, nonce, kioskId: id, time });
    const signature = sign(null, message, privateKey).toString('base64url');
    this.socket.send(JSON.stringify([3, callId, { kioskId: id, time, signature }]));
    await this.#call([2, 'b', 'Boot', { software: 'bench', startedAt: time }]);
  }

  #call(frame: unknown[]): Promise<unknown[]> {
    return new Promise((resolve) => {
      this.#onMessage = (text) => resolve(JSON.parse(text));
      this.socket.send(JSON.stringify(frame));
    });
  }
}

type Frame = [number, string, string, { nonce: string }];

/** Keeps every caller busy for this long. */
export async function load(callers: readonly Caller[], seconds: number): Promise<LoadResult> {
  const latencies: number[] = [];
  const startedAt = performance.now();
  const end = startedAt + seconds * 1000;
  let call = 0;
  await Promise.all(
    callers.map(async (caller) => {
      while (performance.now() < end) {
        const askedAt = performance.now();
        call += 1;
        await caller.ask(call);
        latencies.push(performance.now() - askedAt);
      }
    }),
  );
  const took = (performance.now() - startedAt) / 1000;
  latencies.sort((a, b) => a - b);
  return { answers: latencies.length, seconds: took, latencies };
}
