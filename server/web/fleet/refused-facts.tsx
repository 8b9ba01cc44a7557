import type { VNode } from 'preact';
import type { QuarantinedFact } from '../../offline-list/fact-quarantine.ts';
import { Moment, type View } from './fleet-frame.tsx';

/** So much of a digest is enough to find its row in the audit; on a phone it breaks in the middle. */
const HASH_PARTS = [
  [0, 8],
  [8, 16],
] as const;

/** What a gate's kiosks reported and can't be true; nothing where there is none. */
export function RefusedFacts(props: {
  refused: readonly QuarantinedFact[];
  view: View;
}): VNode | null {
  const { refused, view } = props;
  const { refusedFacts: words } = view.words.kiosk;
  const codes: Partial<Record<string, string>> = words.codes;
  if (refused.length === 0) {
    return null;
  }
  return (
    <section aria-labelledby="refused-title" class="panel" id="refused">
      <h2 id="refused-title">{words.heading}</h2>
      <p>{words.explained}</p>
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">{words.at}</th>
            <th scope="col">{words.why}</th>
            <th scope="col">{words.hash}</th>
          </tr>
        </thead>
        <tbody>
          {refused.map(({ kiosk, hash, at, code }) => (
            <tr key={`${kiosk} ${hash}`} data-code={code}>
              <td>
                <Moment at={at} format={view.format} />
              </td>
              <th scope="row">{codes[code] ?? code}</th>
              <td>
                <code>
                  {hash.slice(...HASH_PARTS[0])}
                  <wbr />
                  {hash.slice(...HASH_PARTS[1])}
                </code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
