import { useEffect, useState } from 'preact/hooks';
import type { FleetSummary } from '../../fleet/view/kiosk-row.ts';
import { mountIsland } from '../mount-island.ts';
import { onLiveUpdate } from './live-stream.ts';
import { words } from './page-words.ts';
import { SummaryView } from './summary-view.tsx';

/** The numbers at the head of the page, kept up to date by the stream. */
function LiveSummary({ summary }: { summary: FleetSummary }) {
  const [shown, setShown] = useState(summary);
  useEffect(
    () =>
      onLiveUpdate((update) => {
        if (update.name === 'change') {
          setShown(update.change.summary);
        } else if (update.name === 'reset') {
          // The page was made by another run of the server: all of it is out of date.
          location.reload();
        }
      }),
    [],
  );
  return <SummaryView summary={shown} words={words} />;
}

mountIsland('summary', LiveSummary);
