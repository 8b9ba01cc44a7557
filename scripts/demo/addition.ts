import type { RunningServer } from '../../server/main.ts';
import type { IssuedPerson } from '../sample/issued-person.ts';

/** A line that the demo prints: what it is, and where. */
export interface DemoLink {
  label: string;
  url: string;
}

/** Something that runs beside the demo's server: an identity provider, a mailbox. */
export interface RunningAddition {
  /** Parts of the server's config. */
  config?: Record<string, unknown>;
  /** Once the server listens and the sample people are in it. */
  ready?(server: RunningServer, people: readonly IssuedPerson[]): Promise<readonly DemoLink[]>;
  stop?(): Promise<void>;
}

/** Starts it; `origin` is where the server will be. */
export type DemoAddition = (place: { folder: string; origin: string }) => Promise<RunningAddition>;
