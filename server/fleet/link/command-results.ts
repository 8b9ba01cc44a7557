import {
  type CommandResultPart,
  RESULT_PARTS_MAX,
} from '../../../shared/protocol/kiosk-command.ts';
import type { CommandEnd } from '../bus/fleet-events.ts';

/** Results that one connection may have begun and not ended. */
const OPEN_MAX = 4;

/** Puts the parts of one connection's results together; what is out of order is forgotten. */
export class CommandResults {
  readonly #open = new Map<string, string[]>();

  /** Whether no result has begun that has not ended. */
  get isEmpty(): boolean {
    return this.#open.size === 0;
  }

  /** @returns the result once its last part is here, else `undefined`. */
  take(part: CommandResultPart): CommandEnd | undefined {
    const { id, outcome, code, type } = part;
    const parts = part.part === 0 ? [] : this.#open.get(id);
    this.#open.delete(id);
    if (!parts || parts.length !== part.part || parts.length >= RESULT_PARTS_MAX) {
      return undefined;
    }
    parts.push(part.data ?? '');
    if (!part.last) {
      this.#keep(id, parts);
      return undefined;
    }
    const data = parts.join('');
    const content = type && Buffer.from(data, type === 'image/png' ? 'base64' : 'utf8');
    return { id, outcome, code, type, content };
  }

  #keep(id: string, parts: string[]): void {
    const [oldest] = this.#open.keys();
    if (this.#open.size >= OPEN_MAX && oldest !== undefined) {
      this.#open.delete(oldest);
    }
    this.#open.set(id, parts);
  }
}
