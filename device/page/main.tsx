import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Key } from '../../hardware/ports.ts';
import { afterPaint, type Connection, connect, type Shown } from './connection.ts';
import { keyOf } from './keyboard.ts';
import { letterSize } from './letter-size.ts';
import { ScreenView } from './screen-view.tsx';

/** The kiosk's page: it shows what the session says and sends back keys; it decides nothing. */
function KioskPage({ connection }: { connection: Connection }) {
  const [shown, setShown] = useState<Shown | undefined>();
  useEffect(() => connection.watch(setShown), [connection]);
  const look = shown?.screen.look;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const key = keyOf(event);
      if (key) {
        event.preventDefault();
        connection.send({ name: 'key', key });
      }
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [connection]);
  useEffect(() => {
    const resize = () => {
      const isLarge = look?.letters === 'large';
      const { fontPx, tight } = letterSize(window, shown?.glass, isLarge);
      document.documentElement.style.setProperty('--size', `${fontPx}px`);
      document.documentElement.classList.toggle('tight', tight);
      document.documentElement.classList.toggle('contrast', look?.contrast === 'high');
    };
    resize();
    window.addEventListener('resize', resize);
    return () => window.removeEventListener('resize', resize);
  }, [shown?.glass, look?.letters, look?.contrast]);
  useEffect(() => {
    if (shown) {
      document.documentElement.lang = shown.screen.language;
      afterPaint(() => connection.send({ name: 'painted', sequence: shown.sequence }));
    }
  }, [shown, connection]);
  const press = (key: Key) => connection.send({ name: 'key', key });
  return <ScreenView screen={shown?.screen} press={press} />;
}

const root = document.getElementById('kiosk');
if (root) {
  render(<KioskPage connection={connect(`ws://${location.host}/screen`)} />, root);
}
