/** An output. `true` is "on" whatever the wire's polarity. */
export interface OutputLine {
  /** @throws the system's error when the wire can't be driven. */
  set(on: boolean): void;
  /** The output's actual state, where it can be read back. */
  readBack?(): boolean;
  /** Switches off and releases the line. Never throws; may be called twice. */
  close(): void;
}

/** An input. `true` is "active" whatever the wire's polarity. */
export interface InputLine {
  read(): boolean;
  /** Calls `changed` at every change from now on; the returned function ends that. */
  watch(changed: (active: boolean) => void): () => void;
  /** Never throws; may be called twice. */
  close(): void;
}

/** A sounder. A frequency of 0 is silence; an active buzzer has one pitch of its own. */
export interface ToneLine {
  tone(hertz: number, durationMs: number): void;
  close(): void;
}

/** What a line source reports to its driver. */
export interface LineSourceEvents<Lines> {
  /** The lines are open, and outputs are off. */
  ready(lines: Lines): void;
  /** The lines can't be used. The source keeps trying and calls `ready` when they are back. */
  lost(reason: string): void;
}

/** Opens a driver's lines, on the machine's own pins or on a board, and again after each loss. */
export interface LineSource<Lines> {
  start(events: LineSourceEvents<Lines>): Promise<void>;
  stop(): Promise<void>;
}
