import { demoAssets } from './demo-assets.ts';
import { TraySocket } from './tray-socket.ts';
import { startWorld, type World, type WorldOptions } from './world.ts';

/** A world with the kiosk's page and the tray beside it, to try in a browser. */
export async function startTrayWorld(
  options: Pick<WorldOptions, 'port' | 'seed' | 'session' | 'offline' | 'visit' | 'enrols'> & {
    /** Called with every state of the kiosk. */
    state?: WorldOptions['watcher']['state'];
  },
): Promise<World> {
  const { state = () => {}, ...rest } = options;
  const tray = new TraySocket();
  const world = await startWorld({
    ...rest,
    watcher: {
      reading: () => tray.clear(),
      state,
      signal: (signal) => tray.update({ signal }),
      relay: (relay) => tray.update({ relay }),
      facts: (waiting) => void tray.facts(waiting),
    },
    assets: await demoAssets(),
    sockets: { '/tray': tray.join },
  });
  tray.serve(world);
  return world;
}
