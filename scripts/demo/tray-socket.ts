import type { WebSocket } from 'ws';
import { readImage } from '../../hardware/scanner/read-image.ts';
import {
  enrolCodeSchema,
  formatInvitation,
  parseInvitation,
} from '../../shared/protocol/enrolment-messages.ts';
import { readingUrl } from './citizen.ts';
import { FRAME, fromTray, type TrayState, trayMessageSchema } from './tray-messages.ts';
import type { World } from './world.ts';

const PRESENTED_MS = 10_000;

/** The demo's end of the tray: carries out what the visitor does there. */
export class TraySocket {
  readonly #sockets = new Set<WebSocket>();
  #world: World | undefined;
  #state: TrayState = {
    people: [],
    portalUrl: '',
    signal: 'off',
    relay: 'shut',
    serverRuns: true,
    network: 'none',
    factsWaiting: 0,
    factsKept: 0,
    scanner: 'plugged',
    enrols: false,
  };
  #clearing: ReturnType<typeof setTimeout> | undefined;

  /** Connects the tray with the world it acts on. */
  serve(world: World): void {
    this.#world = world;
    const { origin } = world.service;
    const people = world.people.map(({ label, codiceFiscale, credential }) => ({
      label,
      codiceFiscale,
      readingUrl: origin && readingUrl(origin, credential),
    }));
    const portalUrl = origin ? `${origin}/portal` : '';
    const { network, enrols } = world;
    this.update({ people, portalUrl, enrols, network: network ? 'up' : 'none' });
  }

  /** Updates how many offline verdicts wait at the kiosk, and how many the server has. */
  async facts(waiting: number): Promise<void> {
    if (waiting !== this.#state.factsWaiting) {
      this.update({ factsWaiting: waiting });
      this.update({ factsKept: (await this.#world?.service.countFacts()) ?? 0 });
    }
  }

  /** Updates the state in every open tray. */
  update(change: Partial<TrayState>): void {
    this.#state = { ...this.#state, ...change };
    for (const socket of this.#sockets) {
      socket.send(JSON.stringify(this.#state));
    }
  }

  /** Removes what is in front of the camera. */
  clear(): void {
    clearTimeout(this.#clearing);
    this.#world?.stage.clear();
  }

  readonly join = (socket: WebSocket): void => {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.terminate());
    socket.on('message', (data, isBinary) => {
      const done = Buffer.isBuffer(data) && isBinary ? this.#show(data) : this.#act(String(data));
      done.catch(() => socket.close(1008, 'not a message of the tray'));
    });
    socket.send(JSON.stringify(this.#state));
  };

  async #act(text: string): Promise<void> {
    const message = trayMessageSchema.parse(JSON.parse(text));
    const world = this.#world;
    if (!world) {
      return;
    }
    switch (message.name) {
      case 'present': {
        const person = world.people[message.person];
        if (person) {
          await world.stage.present(person.credential);
          this.#clearLater();
        }
        return;
      }
      case 'unplug':
        world.stage.unplug();
        return;
      case 'scanner':
        world.stage.pull(message.pulled);
        this.update({ scanner: message.pulled ? 'pulled' : 'plugged' });
        return;
      case 'invite': {
        const text = invitationOf(message.text, world.service.origin ?? world.service.url);
        if (text !== undefined) {
          await world.stage.present(text);
          this.#clearLater();
        }
        return;
      }
      case 'network':
        world.network?.[message.cut ? 'cut' : 'restore']();
        this.update({ network: message.cut ? 'cut' : 'up' });
        return;
      case 'server':
        await (message.run ? world.service.start() : world.service.stop());
        this.update({ serverRuns: message.run });
        return;
    }
  }

  async #show(message: Uint8Array): Promise<void> {
    const parsed = fromTray(message);
    const world = this.#world;
    if (!parsed || !world) {
      return;
    }
    if (parsed.kind === 'photo') {
      const picture = await readImage(parsed.body, {
        widthMax: FRAME.width,
        heightMax: FRAME.height,
      });
      world.stage.show(onCanvas(picture));
      this.#clearLater();
    } else if (parsed.body.length === FRAME.width * FRAME.height) {
      world.stage.show({ data: new Uint8Array(parsed.body), ...FRAME });
      this.#clearLater();
    }
  }

  #clearLater(): void {
    clearTimeout(this.#clearing);
    this.#clearing = setTimeout(() => this.clear(), PRESENTED_MS);
    this.#clearing.unref();
  }
}

/** The text of the QR that a typed code stands for; a QR's own text is that text. */
function invitationOf(text: string, server: string): string | undefined {
  if (parseInvitation(text)) {
    return text.trim();
  }
  const code = enrolCodeSchema.safeParse(text);
  return code.success ? formatInvitation({ server, code: code.data }) : undefined;
}

/** A picture of any size in the middle of the camera's frame, on grey. */
function onCanvas(picture: { data: Uint8Array; width: number; height: number }) {
  const data = new Uint8Array(FRAME.width * FRAME.height).fill(128);
  const left = (FRAME.width - picture.width) >> 1;
  const top = (FRAME.height - picture.height) >> 1;
  for (let y = 0; y < picture.height; y += 1) {
    const row = picture.data.subarray(y * picture.width, (y + 1) * picture.width);
    data.set(row, (y + top) * FRAME.width + left);
  }
  return { data, ...FRAME };
}
