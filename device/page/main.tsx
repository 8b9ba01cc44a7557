import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Key } from '../../hardware/ports.ts';
import { type Connection, connect, type Shown } from './connection.ts';
import { keyOf } from './keyboard.ts';
import { letterSize } from './letter-size.ts';
import { ScreenView } from './screen-view.tsx';

/** The kiosk's page: it shows what the session says and sends back keys; it decides nothing. */
function KioskPage({ connection }: { connection: Connection }) {
  const [shown, setShown] = useState<Shown | undefined>();
  useEffect(() => connection.watch(setShown), [connection]);
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
      const { fontPx, tight } = letterSize(window, shown?.glass);
      document.documentElement.style.setProperty('--size', `${fontPx}px`);
      document.documentElement.classList.toggle('tight', tight);
    };
    resize();
    window.addEventListener('resize', resize);
    return () => window.removeEventListener('resize', resize);
  }, [shown?.glass]);
  useEffect(() => {
    if (shown) {
      document.documentElement.lang = shown.screen.language;
      // Two frames on, the browser has painted what this effect follows.
      requestAnimationFrame(() =>
        requestAnimationFrame(() => connection.send({ name: 'painted', sequence: shown.sequence })),
      );
    }
  }, [shown, connection]);
  const press = (key: Key) => connection.send({ name: 'key', key });
  return <ScreenView screen={shown?.screen} press={press} />;
}

const root = document.getElementById('kiosk');
if (root) {
  render(<KioskPage connection={connect(`ws://${location.host}/screen`)} />, root);
}
