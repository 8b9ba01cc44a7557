import type { VNode } from 'preact';
import type { ReportedConfig } from '../../../shared/protocol/remote-config.ts';
import type { PolicyStanding } from '../../policies/policy-standing.ts';
import { Scrolls, type View } from './fleet-frame.tsx';
import { Standing } from './policies-page.tsx';

export interface ConfigView {
  desired: { version: number; body: Readonly<Record<string, unknown>> } | undefined;
  reported: ReportedConfig | undefined;
  /** What the reported version says, where the server knows it. */
  reportedBody: Readonly<Record<string, unknown>> | undefined;
  drift: boolean;
  /** The gate's policy differs from the one that its kiosk last received. */
  policyDrift: { desired: string; reported: string } | undefined;
  policy: string;
  /** Whether the gate's policy answers anybody. */
  standing: PolicyStanding;
}

/** What a gate should run, what it runs, and where the two differ. */
export function GateConfig({ view, config }: { view: View; config: ConfigView }): VNode {
  const { kiosk: words } = view.words;
  const { desired, reported } = config;
  const isBehind = (desired?.version ?? 0) !== (reported?.version ?? 0);
  const summary =
    desired === undefined && !isBehind
      ? words.ownFile
      : isBehind
        ? words.drifting(desired?.version ?? 0, String(reported?.version ?? 0))
        : words.inStep(desired?.version ?? 0);
  return (
    <>
      <p class={isBehind ? 'drift' : ''} data-drift={String(config.drift)}>
        {summary}
      </p>
      {config.standing.state !== 'inForce' && (
        <>
          <Standing view={view} standing={config.standing} gates={1} />
          <p>
            <a href={`/fleet/policies/${encodeURIComponent(config.policy)}`}>{config.policy}</a>
          </p>
        </>
      )}
      {config.policyDrift && (
        <p class="drift">
          {words.policyDrift(config.policyDrift.desired, config.policyDrift.reported)}
        </p>
      )}
      {reported?.pending !== undefined && <p>{words.pending(reported.pending)}</p>}
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
      <Settings view={view} config={config} />
      <p>
        <a href="/fleet/rollouts">{view.words.nav.rollouts}</a>
      </p>
    </>
  );
}

/** The settings side by side, as desired and as reported. */
function Settings({ view, config }: { view: View; config: ConfigView }): VNode | null {
  const { kiosk: words } = view.words;
  const { desired, reportedBody } = config;
  const settings = [
    ...new Set([...Object.keys(desired?.body ?? {}), ...Object.keys(reportedBody ?? {})]),
  ].sort();
  if (settings.length === 0) {
    return null;
  }
  return (
    <Scrolls label={words.config}>
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
    </Scrolls>
  );
}

function shown(value: unknown): string {
  return value === undefined ? '–' : String(value);
}
