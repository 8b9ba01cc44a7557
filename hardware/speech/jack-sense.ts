import { z } from 'zod';
import { type OnoffDeps, OnoffSource } from '../gpio/onoff-lines.ts';
import { pinSchema } from '../gpio/pin-config.ts';
import type { Health } from '../ports.ts';

/**
 * Whether a headset is plugged: characters of the code are spoken only then (EN 301 549 §8.5). `fixed`
 * is for a site that has none, or where the loudspeaker can't be overheard.
 */
export const jackSenseConfigSchema = z.discriminatedUnion('driver', [
  z.strictObject({ driver: z.literal('fixed'), plugged: z.boolean() }),
  z.strictObject({
    driver: z.literal('gpio'),
    controllerLabels: z.array(z.string().min(1).max(64)).min(1).max(8).optional(),
    contact: pinSchema,
  }),
]);
export type JackSenseConfig = z.infer<typeof jackSenseConfigSchema>;

/** Tells whether a headset is plugged; until it knows, it says no. */
export interface JackSense {
  start(events: { plugged(plugged: boolean): void; health(health: Health): void }): Promise<void>;
  stop(): Promise<void>;
}

/** A plug wobbles while it goes in, in milliseconds. */
const DEBOUNCE_MS = 50;

/** Opens the jack's contact. When it is lost the headset counts as gone: nothing private is said aloud. */
export function openJackSense(config: JackSenseConfig, deps: OnoffDeps): JackSense {
  if (config.driver === 'fixed') {
    return {
      async start(events) {
        events.health({ state: 'ready', since: deps.clock.now() });
        events.plugged(config.plugged);
      },
      async stop() {},
    };
  }
  const labels = config.controllerLabels;
  const source = new OnoffSource(
    (pins) => pins.input({ ...config.contact, debounceMs: DEBOUNCE_MS }),
    labels ? { ...deps, labels } : deps,
  );
  return {
    start: (events) =>
      source.start({
        ready(contact) {
          contact.watch((plugged) => events.plugged(plugged));
          events.plugged(contact.read());
          events.health({ state: 'ready', since: deps.clock.now() });
        },
        lost(reason) {
          events.plugged(false);
          events.health({ state: 'lost', since: deps.clock.now(), reason });
        },
      }),
    stop: () => source.stop(),
  };
}
