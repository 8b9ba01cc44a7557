/** A chip on an I²C bus, byte by byte. */
export interface I2cChip {
  start?(writing: boolean): void;
  stop?(): void;
  write(byte: number): void;
  read(): number;
}

/** An HD44780 in four-bit mode: display memory, character memory, cursor. */
export class Hd44780 {
  readonly columns: number;
  readonly rows: number;
  readonly display = new Uint8Array(128).fill(0x20);
  readonly glyphs = new Uint8Array(64);
  #address = 0;
  #toGlyphs = false;
  #fourBit = false;
  #high: number | undefined;
  /** Bytes of data written, to see that only what changed is written. */
  dataBytes = 0;
  on = false;

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
  }

  /** One falling edge of Enable with four bits on the bus. */
  nibble(isData: boolean, bits: number): void {
    if (!this.#fourBit) {
      this.#fourBit = !isData && bits === 2;
      return;
    }
    if (this.#high === undefined) {
      this.#high = bits;
      return;
    }
    const byte = (this.#high << 4) | bits;
    this.#high = undefined;
    if (isData) {
      this.#data(byte);
    } else {
      this.#command(byte);
    }
  }

  #data(byte: number): void {
    this.dataBytes += 1;
    if (this.#toGlyphs) {
      this.glyphs[this.#address & 63] = byte;
      this.#address = (this.#address + 1) & 63;
    } else {
      this.display[this.#address & 127] = byte;
      this.#address = (this.#address + 1) & 127;
    }
  }

  #command(byte: number): void {
    if (byte & 0x80) {
      this.#address = byte & 0x7f;
      this.#toGlyphs = false;
    } else if (byte & 0x40) {
      this.#address = byte & 0x3f;
      this.#toGlyphs = true;
    } else if (byte & 0x20 || byte & 0x10) {
      // Function set and shift: nothing of them is visible here.
    } else if (byte & 0x08) {
      this.on = (byte & 4) !== 0;
    } else if (byte & 0x02) {
      this.#address = 0;
      this.#toGlyphs = false;
    } else if (byte & 0x01) {
      this.display.fill(0x20);
      this.#address = 0;
      this.#toGlyphs = false;
    }
  }

  /** The rows as character codes in a string. */
  text(): string[] {
    const starts = [0, 0x40, this.columns, 0x40 + this.columns];
    return Array.from({ length: this.rows }, (_, row) =>
      String.fromCharCode(
        ...this.display.subarray(starts[row] ?? 0, (starts[row] ?? 0) + this.columns),
      ),
    );
  }
}

/** The PCF8574 backpack: P0 RS, P1 RW, P2 Enable, P3 backlight, P4–P7 data. */
export class Pcf8574 implements I2cChip {
  readonly #lcd: Hd44780;
  #pins = 0;
  backlight = false;

  constructor(lcd: Hd44780) {
    this.#lcd = lcd;
  }

  write(byte: number): void {
    if (this.#pins & 4 && !(byte & 4)) {
      this.#lcd.nibble((this.#pins & 1) === 1, this.#pins >> 4);
    }
    this.#pins = byte;
    this.backlight = (byte & 8) !== 0;
  }

  read(): number {
    return this.#pins;
  }
}
