import type { VNode } from 'preact';
import type { ReportedConfig } from '../../../shared/protocol/steered-config.ts';
import type { View } from './frame.tsx';

export interface ConfigView {
  desired: { version: number; body: Readonly<Record<string, unknown>> } | undefined;
  reported: ReportedConfig | undefined;
  /** What the reported version says, where the server knows it. */
  reportedBody: Readonly<Record<string, unknown>> | undefined;
  drift: boolean;
}

/** What a gate should run, what it runs, and where the two differ. */
export function GateConfig({ view, config }: { view: View; config: ConfigView }): VNode {
  const { kiosk: words } = view.words;
  const { desired, reported, reportedBody } = config;
  const settings = [
    ...new Set([...Object.keys(desired?.body ?? {}), ...Object.keys(reportedBody ?? {})]),
  ].sort();
  const summary =
    desired === undefined
      ? words.ownFile
      : config.drift
        ? words.drifting(desired.version, reported ? String(reported.version) : '–')
        : words.inStep(desired.version);
  return (
    <>
      <p class={config.drift ? 'drift' : ''} data-drift={String(config.drift)}>
        {summary}
      </p>
      {reported?.status === 'fellBack' && (
        <p class="bad">⚠ {words.fellBack(reported.failed ?? 0, reported.version)}</p>
      )}
      {reported?.status === 'refused' && <p class="bad">⚠ {words.refused(reported.failed ?? 0)}</p>}
      {reported?.problems && reported.problems.length > 0 && (
        <ul>
          {reported.problems.map(({ path, message }) => (
            <li key={`${path} ${message}`}>
              <code>{path}</code>: {message}
            </li>
          ))}
        </ul>
      )}
      {settings.length > 0 && (
        <div class="scrolls">
          <table class="plain">
            <thead>
              <tr>
                <th scope="col">{words.setting}</th>
                <th scope="col">{words.desired}</th>
                <th scope="col">{words.reported}</th>
              </tr>
            </thead>
            <tbody>
              {settings.map((setting) => {
                const [want, have] = [desired?.body[setting], reportedBody?.[setting]];
                return (
                  <tr key={setting} class={want === have ? '' : 'differs'}>
                    <th scope="row">
                      <code>{setting}</code>
                    </th>
                    <td>{shown(want)}</td>
                    <td>
                      {want === have ? '' : '≠ '}
                      {shown(have)}
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
      <p>
        <a href="/fleet/rollouts">{view.words.nav.rollouts}</a>
      </p>
    </>
  );
}

function shown(value: unknown): string {
  return value === undefined ? '–' : String(value);
}
