import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import wasmUrl from 'zxing-wasm/reader/zxing_reader.wasm';
import { mountIsland } from '../mount-island.ts';

export interface CameraScanProps {
  /** Id of the field that takes the code's text. */
  field: string;
  /** Id of the field that comes after it. */
  next: string;
  words: { start: string; stop: string; looking: string; read: string; denied: string };
}

/** A picture is looked at this often: enough for a hand, gentle to a battery. */
const LOOK_EVERY_MS = 200;
/** Wider pictures are looked at in this width: a code before a phone fills a good part of it. */
const WIDTH_MAX = 960;

interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}

/** The browser's own reader where there is one, else ours, in WebAssembly served by ourselves. */
async function openReader(): Promise<(video: HTMLVideoElement) => Promise<string | undefined>> {
  const { BarcodeDetector: Own } = globalThis as unknown as {
    BarcodeDetector?: {
      new (options: { formats: string[] }): Detector;
      getSupportedFormats(): Promise<string[]>;
    };
  };
  if (Own && (await Own.getSupportedFormats().catch((): string[] => [])).includes('qr_code')) {
    const detector = new Own({ formats: ['qr_code'] });
    return async (video) => (await detector.detect(video))[0]?.rawValue;
  }
  // Left alone, the package would fetch it from a CDN.
  const overrides = { locateFile: () => wasmUrl };
  await prepareZXingModule({ overrides, fireImmediately: true });
  const canvas = document.createElement('canvas');
  return async (video) => {
    const scale = Math.min(1, WIDTH_MAX / video.videoWidth);
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (!context || canvas.width === 0) {
      return undefined;
    }
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    const picture = context.getImageData(0, 0, canvas.width, canvas.height);
    const [code] = await readBarcodes(picture, { formats: ['QRCode'], maxNumberOfSymbols: 1 });
    return code?.text;
  };
}

type State = 'off' | 'looking' | 'read' | 'denied';

/** The phone's camera in the page: it fills the field, and is off again as soon as it has. */
function CameraScan({ field, next, words }: CameraScanProps): VNode {
  const [state, setState] = useState<State>('off');
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (state !== 'looking') {
      return;
    }
    let isOver = false;
    let stream: MediaStream | undefined;
    const look = async () => {
      stream = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: 'environment', width: { ideal: 1280 } },
      });
      const read = await openReader();
      const place = video.current;
      if (!place || isOver) {
        stop();
        return;
      }
      place.srcObject = stream;
      await place.play();
      while (!isOver) {
        const text = await read(place);
        if (text && !isOver) {
          const input = document.getElementById(field);
          if (input instanceof HTMLInputElement) {
            input.value = text;
          }
          document.getElementById(next)?.focus();
          setState('read');
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      }
    };
    const stop = () => {
      for (const track of stream?.getTracks() ?? []) {
        track.stop();
      }
    };
    look().catch(() => setState('denied'));
    return () => {
      isOver = true;
      stop();
    };
  }, [state, field, next]);
  const isLooking = state === 'looking';
  return (
    <div class="mb-4">
      <button
        type="button"
        class="btn btn-outline-primary"
        onClick={() => setState(isLooking ? 'off' : 'looking')}
      >
        {isLooking ? words.stop : words.start}
      </button>
      {isLooking && (
        <video ref={video} class="d-block mt-3 mw-100" width={480} muted playsInline aria-hidden />
      )}
      <p role="status">{state === 'off' ? '' : words[state]}</p>
    </div>
  );
}

mountIsland('camera-scan', CameraScan);
