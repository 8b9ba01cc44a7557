import { z } from 'zod';
import { type OnoffDeps, OnoffSource } from '../gpio/onoff-lines.ts';
import { pinSchema } from '../gpio/pin-config.ts';
import type { Headset } from '../ports.ts';

/**
 * Whether a headset is plugged in: only then are characters of the code spoken (EN 301 549 §8.5). `fixed`
 * is for a kiosk without a jack, or one whose loudspeaker nobody else can overhear.
 */
export const headsetConfigSchema = z.discriminatedUnion('driver', [
  z.strictObject({ driver: z.literal('fixed'), plugged: z.boolean() }),
  z.strictObject({
    driver: z.literal('gpio'),
    controllerLabels: z.array(z.string().min(1).max(64)).min(1).max(8).optional(),
    contact: pinSchema,
  }),
]);
export type HeadsetConfig = z.infer<typeof headsetConfigSchema>;

/** The contact bounces while the plug goes in, in milliseconds. */
const DEBOUNCE_MS = 50;

/** Opens the jack's contact. When it is lost the headset counts as unplugged: nothing private is spoken. */
export function openHeadset(config: HeadsetConfig, deps: OnoffDeps): Headset {
  if (config.driver === 'fixed') {
    return {
      async start(events) {
        events.health({ state: 'ready', since: deps.clock.now() });
        events.plugged(config.plugged);
      },
      async stop() {},
    };
  }
  const source = new OnoffSource(
    (pins) => pins.input({ ...config.contact, debounceMs: DEBOUNCE_MS }),
    { ...deps, labels: config.controllerLabels ?? deps.labels },
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
