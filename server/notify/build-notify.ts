import type { Clock } from '../../shared/clock.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Log } from '../log.ts';
import type { Registry } from '../registry/registry.ts';
import type { SetAside } from '../set-aside.ts';
import type { Store } from '../store/store.ts';
import type { Messenger } from '../verification/messenger.ts';
import { Notify } from './notify.ts';
import { StatusNotices } from './status-notices.ts';
import type { Transports } from './transport.ts';

/** Messages to people: the outbox and its couriers, and the notices about statuses that change. */
export function buildNotify(deps: {
  store: Store;
  keyring: Keyring;
  registry: Registry;
  setAside: SetAside;
  clock: Clock;
  log: Log;
  transports: Transports | undefined;
  /** Replaces the messenger of the outbox, for tests. */
  messenger: Messenger | undefined;
  /** The address that the notices link to. */
  portalUrl: string;
}) {
  const { store, setAside, clock, log, portalUrl } = deps;
  const notify = new Notify(deps);
  const notices = new StatusNotices({ store, notify, setAside, clock, log, link: portalUrl });
  return {
    notify,
    notices,
    /** Absent: there is no way to send SMS. */
    messenger: deps.messenger ?? (notify.canSend('sms') ? notify.messenger() : undefined),
    /** What has not arrived yet. */
    async waitingMessages() {
      const { waiting = 0, sending = 0, dead = 0 } = await notify.outbox.counts();
      return { waiting: waiting + sending, dead };
    },
    async start() {
      notify.start();
      await notices.start();
    },
    async stop() {
      await notices.stop();
      await notify.stop();
    },
  };
}
