import { render } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { FRAME, type TrayState, toTray } from '../tray-messages.ts';

/**
 * The demo's tray beside the kiosk's page. It shows the simulated camera a code, a photo or this
 * computer's webcam, and can cause faults.
 */
function Tray() {
  const socket = useRef<WebSocket | undefined>(undefined);
  const [state, setState] = useState<TrayState | undefined>();
  useEffect(() => {
    const opened = new WebSocket(`ws://${location.host}/tray`);
    socket.current = opened;
    opened.addEventListener('message', (event) => setState(JSON.parse(event.data)));
    opened.addEventListener('close', () => setState(undefined));
    return () => opened.close();
  }, []);
  const send = (data: string | Uint8Array<ArrayBuffer>) => {
    if (socket.current?.readyState === WebSocket.OPEN) {
      socket.current.send(data);
    }
  };
  const say = (message: object) => send(JSON.stringify(message));
  return (
    <section class="tray" aria-label="Demo tray">
      <h2>Demo tray</h2>
      <p>Synthetic people. Hold up a code, then type the codice fiscale.</p>
      <ul>
        {state?.people.map((person, index) => (
          <li key={person.label}>
            <button type="button" onClick={() => say({ name: 'present', person: index })}>
              Show: {person.label}
            </button>
            <code>{person.codiceFiscale}</code>
            {person.readingUrl && (
              <a href={person.readingUrl} target="_blank" rel="noopener noreferrer">
                What a phone reads
              </a>
            )}
          </li>
        ))}
      </ul>
      {state?.enrols && <Invitation say={say} />}
      {state?.portalUrl && (
        <p>
          <a href={state.portalUrl} target="_blank" rel="noopener noreferrer">
            The citizen portal
          </a>
        </p>
      )}
      <PhotoInput send={send} />
      <Webcam send={send} />
      <div class="faults">
        <button type="button" onClick={() => say({ name: 'unplug' })}>
          Unplug the camera
        </button>
        <button
          type="button"
          onClick={() => say({ name: 'scanner', pulled: state?.scanner !== 'pulled' })}
        >
          {state?.scanner === 'pulled' ? 'Plug the scanner in' : 'Pull the scanner’s plug'}
        </button>
        <button type="button" onClick={() => say({ name: 'server', run: !state?.serverRuns })}>
          {state?.serverRuns === false ? 'Start the server' : 'Stop the server'}
        </button>
        {state && state.network !== 'none' && (
          <button
            type="button"
            onClick={() => say({ name: 'network', cut: state.network === 'up' })}
          >
            {state.network === 'cut' ? 'Mend the network' : 'Cut the network'}
          </button>
        )}
      </div>
      <dl>
        <dt>Lamp</dt>
        <dd data-lamp={state?.signal}>{state?.signal ?? '–'}</dd>
        <dt>Turnstile</dt>
        <dd data-relay={state?.relay}>{state?.relay ?? '–'}</dd>
        <dt>Offline answers</dt>
        <dd data-waiting={state?.factsWaiting} data-kept={state?.factsKept}>
          {state?.factsWaiting ?? 0} waiting, {state?.factsKept ?? 0} on the server
        </dd>
      </dl>
    </section>
  );
}

/** Shows the camera the QR of an enrolment code from the dashboard. */
function Invitation({ say }: { say: (message: object) => void }) {
  const [text, setText] = useState('');
  const show = (event: Event) => {
    event.preventDefault();
    say({ name: 'invite', text });
    setText('');
  };
  return (
    <form class="photo" onSubmit={show}>
      <label>
        An enrolment code of the dashboard
        <input
          value={text}
          autocomplete="off"
          placeholder="XXXX-XXXX-XXXX-XXXX"
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <button type="submit">Show its QR to the camera</button>
    </form>
  );
}

interface Send {
  send: (data: string | Uint8Array<ArrayBuffer>) => void;
}

function PhotoInput({ send }: Send) {
  const choose = async (input: HTMLInputElement) => {
    const [file] = input.files ?? [];
    if (file) {
      send(toTray('photo', new Uint8Array(await file.arrayBuffer())));
    }
    input.value = '';
  };
  return (
    <label class="photo">
      A photo of a code
      <input
        type="file"
        accept="image/png,image/jpeg,image/webp"
        onChange={(event) => void choose(event.currentTarget)}
      />
    </label>
  );
}

const WEBCAM_FRAME_MS = 100;

function Webcam({ send }: Send) {
  const video = useRef<HTMLVideoElement>(null);
  const [on, setOn] = useState(false);
  const [problem, setProblem] = useState('');
  useEffect(() => {
    if (!on) {
      return;
    }
    let stream: MediaStream | undefined;
    let timer: ReturnType<typeof setInterval> | undefined;
    const begin = async () => {
      stream = await navigator.mediaDevices.getUserMedia({ video: { ...FRAME } });
      if (video.current) {
        video.current.srcObject = stream;
        await video.current.play();
      }
      timer = setInterval(() => video.current && send(grab(video.current)), WEBCAM_FRAME_MS);
    };
    begin().catch((error: Error) => {
      setProblem(error.name);
      setOn(false);
    });
    return () => {
      clearInterval(timer);
      for (const track of stream?.getTracks() ?? []) {
        track.stop();
      }
    };
  }, [on, send]);
  return (
    <div class="webcam">
      <button type="button" aria-pressed={on} onClick={() => setOn(!on)}>
        {on ? 'Stop the webcam' : 'Use this computer’s webcam'}
      </button>
      {problem && <p role="alert">No webcam: {problem}</p>}
      <video ref={video} hidden={!on} muted playsInline />
    </div>
  );
}

/** One frame of the video as 8-bit luma (BT.601), in the format of a camera's pipe. */
function grab(video: HTMLVideoElement): Uint8Array<ArrayBuffer> {
  const canvas = document.createElement('canvas');
  canvas.width = FRAME.width;
  canvas.height = FRAME.height;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context?.drawImage(video, 0, 0, FRAME.width, FRAME.height);
  const rgba = context?.getImageData(0, 0, FRAME.width, FRAME.height).data ?? [];
  const luma = new Uint8Array(FRAME.width * FRAME.height);
  for (let i = 0, j = 0; i < luma.length; i += 1, j += 4) {
    luma[i] = (77 * (rgba[j] ?? 0) + 150 * (rgba[j + 1] ?? 0) + 29 * (rgba[j + 2] ?? 0)) >> 8;
  }
  return toTray('frame', luma);
}

const root = document.createElement('aside');
document.body.append(root);
document.body.classList.add('demo');
render(<Tray />, root);
