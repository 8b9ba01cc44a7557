import type { ActionName, AnswerOf, RequestOf } from '../../../shared/protocol/actions.ts';
import { CallError } from '../../../shared/protocol/call-error.ts';
import type { CloseReason } from './link-limits.ts';

/** A proven connection, as far as those that only use it see it. */
export interface ProvenConnection {
  /** It has booted. */
  readonly isAccepted: boolean;
  call<Name extends ActionName>(
    name: Name,
    request: RequestOf<Name>,
    options: { timeoutMs: number },
  ): Promise<AnswerOf<Name>>;
  listChanged(policy: string, list: RequestOf<'ListChanged'>): void;
  close(reason: CloseReason): void;
}

/** The kiosks that are connected to this node: `KioskSockets` fills it, the other rooms call by it. */
export class ConnectedKiosks {
  readonly #connections = new Map<string, ProvenConnection>();

  get size(): number {
    return this.#connections.size;
  }

  ids(): string[] {
    return [...this.#connections.keys()];
  }

  has(kioskId: string): boolean {
    return this.#connections.has(kioskId);
  }

  /** Whether it is connected and has booted: one that has only proven itself takes no calls yet. */
  takesCalls(kioskId: string): boolean {
    return this.#connections.get(kioskId)?.isAccepted === true;
  }

  /**
   * Calls a kiosk that is connected to this node.
   *
   * @throws CallError `closed` when it is not here, or any code of a call: `timeout`, `busy`, …
   */
  async call<Name extends ActionName>(
    kioskId: string,
    name: Name,
    request: RequestOf<Name>,
    options: { timeoutMs: number },
  ): Promise<AnswerOf<Name>> {
    const connection = this.#connections.get(kioskId);
    if (!connection) {
      throw new CallError('closed', `${name}: the kiosk is not connected to this node`);
    }
    return await connection.call(name, request, options);
  }

  /** Ends a kiosk's connection, if it has one here: its key was revoked, or it is to reconnect. */
  disconnect(kioskId: string, reason: CloseReason): void {
    this.#connections.get(kioskId)?.close(reason);
  }

  /** Notifies the gates of a policy that there is a newer offline list. */
  listChanged(policy: string, list: RequestOf<'ListChanged'>): void {
    for (const connection of this.#connections.values()) {
      connection.listChanged(policy, list);
    }
  }

  /** The newer connection of a kiosk replaces the older, which is closed. */
  add(kioskId: string, connection: ProvenConnection): void {
    this.#connections.get(kioskId)?.close('evicted');
    this.#connections.set(kioskId, connection);
  }

  /** Forgets a connection that ended; one that replaced it stays. */
  remove(kioskId: string, connection: ProvenConnection): void {
    if (this.#connections.get(kioskId) === connection) {
      this.#connections.delete(kioskId);
    }
  }
}
