import type { Clock } from '../../shared/clock.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Log } from '../log.ts';
import type { Store } from '../store/store.ts';
import { Anchors } from './anchors.ts';
import { Audit } from './audit.ts';
import { Checkpoints } from './checkpoint.ts';

/** This node's audit chain, and what proves it: signed checkpoints, and anchors of the other nodes' chains. */
export function buildAudit(deps: {
  store: Store;
  keyring: Keyring;
  clock: Clock;
  log: Log;
  node: string;
}) {
  const { store, keyring, clock, node } = deps;
  const checkpoints = new Checkpoints(deps);
  const audit = new Audit({
    store,
    keyring,
    node,
    now: () => clock.now(),
    appended: () => checkpoints.signSoon(),
  });
  const anchors = new Anchors({ store, audit, node });
  return {
    audit,
    anchors,
    checkpoints,
    start: () => checkpoints.start(),
    stop: () => checkpoints.stop(),
  };
}
