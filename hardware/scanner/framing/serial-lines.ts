import { SCAN_LENGTH_MAX } from './scan-text.ts';

/** How a serial scanner marks the end of a code. */
export type SerialFraming = 'cr' | 'lf' | 'crlf' | 'line' | 'stx-etx' | 'quiet';

/** Most bytes of an incomplete code: the longest code with its AIM id and framing. */
export const SERIAL_BUFFER_MAX = SCAN_LENGTH_MAX + 64;

const STX = 0x02;
const ETX = 0x03;
const LF = 0x0a;
const CR = 0x0d;

/** The codes that bytes complete. */
export interface SerialChunk {
  codes: Uint8Array[];
  /** Whether a code was too long: it is dropped up to its end. */
  overflow: boolean;
}

/** Splits the bytes of a serial line into codes. */
export class SerialLines {
  readonly #framing: SerialFraming;
  readonly #buffer = new Uint8Array(SERIAL_BUFFER_MAX);
  #length = 0;
  /** Whether bytes are skipped: up to the end of a code that is too long, or up to STX. */
  #skipping: boolean;

  constructor(framing: SerialFraming) {
    this.#framing = framing;
    this.#skipping = framing === 'stx-etx';
  }

  /** Whether a code has begun and is not complete. */
  get pending(): boolean {
    return this.#length > 0;
  }

  push(data: Uint8Array): SerialChunk {
    const codes: Uint8Array[] = [];
    let overflow = false;
    for (const byte of data) {
      if (this.#framing === 'stx-etx' && byte === STX) {
        this.#length = 0;
        this.#skipping = false;
      } else if (this.#ends(byte)) {
        this.#finish(codes);
      } else if (!this.#skipping) {
        if (this.#length === SERIAL_BUFFER_MAX) {
          this.#length = 0;
          this.#skipping = true;
          overflow = true;
        } else {
          this.#buffer[this.#length++] = byte;
        }
      }
    }
    return { codes, overflow };
  }

  /** The line has been silent: with `quiet` that ends a code, otherwise an incomplete code is dropped. */
  quiet(): Uint8Array | undefined {
    const code = this.#buffer.slice(0, this.#length);
    const complete = this.#framing === 'quiet' && !this.#skipping && this.#length > 0;
    this.#length = 0;
    this.#skipping = this.#framing === 'stx-etx';
    return complete ? code : undefined;
  }

  #finish(codes: Uint8Array[]): void {
    const end = this.#framing === 'crlf' ? this.#length - 1 : this.#length;
    if (!this.#skipping && end > 0) {
      codes.push(this.#buffer.slice(0, end));
    }
    this.#length = 0;
    this.#skipping = this.#framing === 'stx-etx';
  }

  #ends(byte: number): boolean {
    switch (this.#framing) {
      case 'cr':
        return byte === CR;
      case 'lf':
        return byte === LF;
      case 'line':
        return byte === CR || byte === LF;
      case 'crlf':
        return byte === LF && (this.#skipping || this.#buffer[this.#length - 1] === CR);
      case 'stx-etx':
        return byte === ETX;
      case 'quiet':
        return false;
    }
  }
}
