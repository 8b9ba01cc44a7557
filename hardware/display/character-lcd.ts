import { z } from 'zod';
import type { Clock } from '../../shared/clock.ts';
import type { BoardPool } from '../firmata/board-pool.ts';
import { boardPathSchema } from '../firmata/firmata-gate.ts';
import type { Board, JohnnyFive, LcdPart } from '../firmata/johnny-five.ts';
import { faultReason } from '../gpio/onoff-lines.ts';
import type { Display, DisplayEvents } from '../ports.ts';
import { assignSlots, codeOf, GLYPH_SLOTS, glyphOf } from './lcd-charset.ts';
import { type LcdPages, layOut, lcdScreenSchema, pageMs } from './lcd-layout.ts';

/** The config of the `character-lcd` display: an HD44780 behind a PCF8574, on a Firmata board. */
export const characterLcdConfigSchema = z.strictObject({
  driver: z.literal('character-lcd'),
  board: boardPathSchema,
  /** `PCF8574` has an address of 0x20–0x27, `PCF8574A` of 0x38–0x3f. */
  controller: z.enum(['PCF8574', 'PCF8574A']).default('PCF8574'),
  address: z.number().int().min(0x20).max(0x3f).optional(),
  columns: z.union([z.literal(16), z.literal(20)]).default(20),
  rows: z.union([z.literal(2), z.literal(4)]).default(4),
  /** Reading speed that sets how long a page stays, in characters per second. */
  charactersPerSecond: z.number().min(4).max(25).default(10),
});
export type CharacterLcdConfig = z.infer<typeof characterLcdConfigSchema>;

/** What the display needs from outside. */
export interface CharacterLcdDeps {
  clock: Clock;
  boards: BoardPool;
}

const SPACE = 0x20;
const SET_GLYPH_ADDRESS = 0x40;
/**
 * The shortest time between two redraws, in milliseconds, so that writes can't queue up: a character
 * takes 28 bytes at 57,600 baud, and a full 20×4 display some 400 ms.
 */
const REDRAW_MS = 100;

/** Opens the character display. */
export function openCharacterLcd(config: CharacterLcdConfig, deps: CharacterLcdDeps): Display {
  return new CharacterLcd(config, deps);
}

/**
 * A character display. It shows the same screens as the page, split into pages that turn at reading
 * speed, and writes only the characters that changed. It keeps no screen but the one that is shown, and
 * blanks the display when it stops.
 */
class CharacterLcd implements Display {
  readonly #config: CharacterLcdConfig;
  readonly #deps: CharacterLcdDeps;
  #events: DisplayEvents | undefined;
  #leavePool: (() => Promise<void>) | undefined;
  #lcd: LcdGrid | undefined;
  #content: LcdPages = { pages: [[]], drawn: [] };
  #page = 0;
  #sequence = 0;
  #painted = 0;
  #redrawAt = 0;
  #cancelRedraw: (() => void) | undefined;
  #cancelTurn: (() => void) | undefined;

  constructor(config: CharacterLcdConfig, deps: CharacterLcdDeps) {
    this.#config = config;
    this.#deps = deps;
  }

  async start(events: DisplayEvents): Promise<void> {
    this.#events = events;
    events.health({ state: 'opening', since: this.#deps.clock.now() });
    this.#leavePool = this.#deps.boards.join(this.#config.board, {
      ready: (board, five) => this.#open(board, five),
      lost: (reason) => this.#lose('lost', reason),
    });
  }

  async stop(): Promise<void> {
    this.#cancelTimers();
    this.#content = { pages: [[]], drawn: [] };
    this.#lcd?.blank();
    this.#lcd = undefined;
    this.#events = undefined;
    await this.#leavePool?.();
  }

  show(screen: unknown): void {
    const parsed = lcdScreenSchema.safeParse(screen);
    if (!parsed.success) {
      this.#lose('failing', 'screenUnknown');
      return;
    }
    this.#sequence += 1;
    const content = layOut(parsed.data, this.#config);
    // A typed key changes the entry and not the text: the reader stays on the same page.
    const samePages = content.pages.length === this.#content.pages.length;
    this.#page = samePages && sameBody(content, this.#content) ? this.#page : 0;
    this.#content = content;
    this.#schedule();
  }

  #open(board: Board, five: JohnnyFive): void {
    try {
      this.#lcd = new LcdGrid(this.#config, board, five);
    } catch (error) {
      this.#lose('failing', faultReason(error));
      return;
    }
    this.#events?.health({ state: 'ready', since: this.#deps.clock.now() });
    this.#schedule();
  }

  #lose(state: 'lost' | 'failing', reason: string): void {
    if (state === 'lost') {
      this.#lcd = undefined;
      this.#cancelTimers();
    }
    this.#events?.health({ state, since: this.#deps.clock.now(), reason });
  }

  #schedule(): void {
    if (!this.#lcd || this.#cancelRedraw) {
      return;
    }
    const waitMs = Math.max(0, this.#redrawAt - this.#deps.clock.monotonic());
    this.#cancelRedraw = this.#deps.clock.after(waitMs, () => {
      this.#cancelRedraw = undefined;
      this.#redraw();
    });
  }

  #redraw(): void {
    this.#redrawAt = this.#deps.clock.monotonic() + REDRAW_MS;
    const page = this.#content.pages[this.#page] ?? [];
    try {
      this.#lcd?.draw(page, this.#content.drawn);
    } catch (error) {
      this.#lose('failing', faultReason(error));
      return;
    }
    if (this.#painted !== this.#sequence) {
      this.#painted = this.#sequence;
      this.#events?.painted(this.#sequence);
    }
    this.#cancelTurn?.();
    this.#cancelTurn = undefined;
    if (this.#content.pages.length > 1) {
      const stayMs = pageMs(page, this.#config.charactersPerSecond);
      this.#cancelTurn = this.#deps.clock.after(stayMs, () => {
        this.#page = (this.#page + 1) % this.#content.pages.length;
        this.#redraw();
      });
    }
  }

  #cancelTimers(): void {
    this.#cancelRedraw?.();
    this.#cancelRedraw = undefined;
    this.#cancelTurn?.();
    this.#cancelTurn = undefined;
  }
}

/** Whether two layouts differ in their last row at most. */
function sameBody(a: LcdPages, b: LcdPages): boolean {
  return a.pages.every((page, index) => {
    const other = b.pages[index] ?? [];
    return page.slice(0, -1).every((line, row) => line === other[row]);
  });
}

/** The display's cells: remembers what they hold and writes only differences. */
class LcdGrid {
  readonly #lcd: LcdPart;
  readonly #columns: number;
  readonly #cells: Uint8Array;
  #slots: (string | undefined)[] = new Array<string | undefined>(GLYPH_SLOTS).fill(undefined);

  constructor(config: CharacterLcdConfig, board: Board, five: JohnnyFive) {
    const { controller, rows, columns, address } = config;
    // Without an address johnny-five takes the controller's usual one.
    this.#lcd = new five.LCD({ controller, rows, cols: columns, address, board });
    this.#columns = columns;
    // johnny-five clears the display when it opens it.
    this.#cells = new Uint8Array(rows * columns).fill(SPACE);
  }

  draw(lines: readonly string[], drawn: readonly string[]): void {
    const slots = assignSlots(this.#slots, drawn);
    slots.forEach((character, slot) => {
      if (character !== undefined && character !== this.#slots[slot]) {
        this.#define(slot, character);
      }
    });
    this.#slots = slots;
    for (const [row, line] of lines.entries()) {
      this.#drawRow(
        row,
        Array.from(line, (character) => codeOf(character, slots)),
      );
    }
  }

  blank(): void {
    try {
      this.draw(
        Array.from({ length: this.#cells.length / this.#columns }, () => ' '.repeat(this.#columns)),
        [],
      );
      this.#lcd.noBacklight();
    } catch {
      // The board is gone, and the display with it.
    }
  }

  /** Not johnny-five's `createChar`, which blocks the process for 9 ms per character. */
  #define(slot: number, character: string): void {
    this.#lcd.command(SET_GLYPH_ADDRESS | (slot << 3));
    for (const bits of glyphOf(character) ?? []) {
      this.#lcd.write(bits);
    }
  }

  #drawRow(row: number, codes: readonly number[]): void {
    let cursor = -1;
    for (const [column, code] of codes.entries()) {
      const cell = row * this.#columns + column;
      if (this.#cells[cell] === code) {
        continue;
      }
      if (cursor !== column) {
        this.#lcd.cursor(row, column);
      }
      this.#lcd.write(code);
      this.#cells[cell] = code;
      cursor = column + 1;
    }
  }
}
