import type { RunningServer } from '../../server/main.ts';
import type { IssuedPerson } from '../sample/issued-person.ts';

/** A link that the demo prints. */
export interface DemoLink {
  label: string;
  url: string;
}

/** Something that runs beside the demo's server, such as an identity provider or a mailbox. */
export interface RunningAddition {
  /** Parts of the server's config. */
  config?: Record<string, unknown>;
  /** Called once the server listens and has the sample people. */
  ready?(server: RunningServer, people: readonly IssuedPerson[]): Promise<readonly DemoLink[]>;
  stop?(): Promise<void>;
}

/** Starts an addition; `origin` is the future address of the server. */
export type DemoAddition = (place: { folder: string; origin: string }) => Promise<RunningAddition>;
