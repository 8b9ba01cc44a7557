/** One wire that this machine drives. `true` is "on" whatever the wire's polarity. */
export interface OutputLine {
  /** @throws the system's error when the wire can't be driven. */
  set(on: boolean): void;
  /** What the wire really is, where it can be read back. */
  readBack?(): boolean;
  /** Gives the wire back, off. Never throws; may be called twice. */
  close(): void;
}

/** One wire that this machine reads. `true` is "active" whatever the wire's polarity. */
export interface InputLine {
  read(): boolean;
  /** Called at every change from now on; the function returned ends it. */
  watch(changed: (active: boolean) => void): () => void;
  /** Never throws; may be called twice. */
  close(): void;
}

/** A sounder. A frequency of 0 is silence; an active buzzer knows only one frequency. */
export interface ToneLine {
  tone(hertz: number, durationMs: number): void;
  close(): void;
}

/** What a source of lines tells its driver. */
export interface LineSourceEvents<Lines> {
  /** The lines are open and off. */
  ready(lines: Lines): void;
  /** The lines are gone; the source goes on trying and calls `ready` when they are back. */
  lost(reason: string): void;
}

/**
 * Where a driver's lines come from: the machine's own pins, or a board on a cable. They may come and go;
 * the driver is the same.
 */
export interface LineSource<Lines> {
  start(events: LineSourceEvents<Lines>): Promise<void>;
  stop(): Promise<void>;
}
