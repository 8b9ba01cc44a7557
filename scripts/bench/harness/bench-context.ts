/** One figure of a bench. With `--json` it is printed as one object on one line. */
export interface BenchRow {
  metric: string;
  value: number;
  unit: string;
  /** What the figure is held against, measured in the same run. */
  baseline?: string;
  baselineValue?: number;
  ratio?: number;
  /** The goal in words, such as `≥ 5`, and whether this run met it. */
  goal?: string;
  met?: boolean;
}

/** What a bench is given. */
export interface BenchContext {
  report(row: BenchRow): void;
  /** The words after the bench's name. */
  args: string[];
}
