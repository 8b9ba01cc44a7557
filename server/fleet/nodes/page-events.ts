/** What of the fleet may be different now. */
export interface FleetTouch {
  /** The gates whose row may differ. */
  gates: readonly string[];
  topics: readonly FleetTopic[];
}

/** What else than a gate's own row may differ. */
export type FleetTopic =
  | 'alerts'
  | 'rollouts'
  | 'activity'
  | 'sites'
  | 'commands'
  | `gate:${string}`
  | `site:${string}`;

const LISTENERS_MAX = 1_000;

/**
 * Tells this node's listeners what was touched, whichever node it happened on. Nothing is lost by
 * missing one: a listener reads what is so now.
 */
export class FleetEvents {
  readonly #listeners = new Set<(touch: FleetTouch) => void>();

  touch(gates: readonly string[], topics: readonly FleetTopic[] = []): void {
    if (gates.length + topics.length > 0) {
      for (const heard of this.#listeners) {
        heard({ gates, topics });
      }
    }
  }

  /** Calls with every touch; the returned function ends it. */
  listen(heard: (touch: FleetTouch) => void): () => void {
    if (this.#listeners.size >= LISTENERS_MAX) {
      throw new RangeError('Too many listen to the fleet');
    }
    this.#listeners.add(heard);
    return () => this.#listeners.delete(heard);
  }
}
