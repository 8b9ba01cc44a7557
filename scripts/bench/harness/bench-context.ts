/** One figure of a bench; `--json` prints it as one object per line. */
export interface BenchRow {
  metric: string;
  value: number;
  unit: string;
  /** What the figure is compared with, measured in the same run. */
  baseline?: string | undefined;
  baselineValue?: number | undefined;
  ratio?: number | undefined;
  /** The goal as text, such as `≥ 5`, and whether this run met it. */
  goal?: string | undefined;
  met?: boolean | undefined;
}

/** What a bench gets to work with. */
export interface BenchContext {
  report(row: BenchRow): void;
  /** The arguments after the bench's name. */
  args: string[];
}
