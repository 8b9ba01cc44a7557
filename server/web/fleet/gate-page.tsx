import type { VNode } from 'preact';
import { ActivityTable } from './activity-page.tsx';
import { AlertLine } from './alert-line.tsx';
import { AlertActs } from './alerts-page.tsx';
import { CommandForm, CommandTable } from './commands-page.tsx';
import { Field, Form, Frame, LivePart } from './fleet-frame.tsx';
import { GateConfig } from './gate-config.tsx';
import { MachineFacts } from './gate-facts.tsx';
import { GateSettings } from './gate-settings.tsx';
import type { GatePageProps } from './gate-view.ts';
import { History } from './history-view.tsx';
import { RefusedFacts } from './refused-facts.tsx';
import { PresenceSign } from './signs.tsx';

/** `/fleet/gates/ID`: all there is to know of one gate and its kiosk, and to do to it. */
export function GatePage(props: GatePageProps): VNode {
  const { view, row, gate, alerts } = props;
  const { words } = view;
  const topic = `gate:${gate.id}` as const;
  const sub = (
    <p class="sub">
      <a href={`/fleet/sites/${encodeURIComponent(row.siteId)}`}>{row.siteName}</a>
      {gate.place && ` · ${gate.place}`}
    </p>
  );
  return (
    <Frame view={view} heading={gate.name} sub={sub}>
      <LivePart id="state" on={[topic, 'alerts']}>
        <State {...props} />
        {alerts.length > 0 && (
          <ul class="alert-list">
            {alerts.map((alert) => (
              <li key={alert.id}>
                <AlertLine alert={alert} view={view} />
                <AlertActs alert={alert} view={view} may={props.may.alerts} />
              </li>
            ))}
          </ul>
        )}
      </LivePart>
      <div class="panels">
        <LivePart id="health" on={[topic]}>
          <section aria-labelledby="parts-title" class={props.stale ? 'panel stale' : 'panel'}>
            <h2 id="parts-title">{words.kiosk.parts}</h2>
            <Parts {...props} />
          </section>
        </LivePart>
        <LivePart id="machine" on={[topic]}>
          <section aria-labelledby="machine-title" class={props.stale ? 'panel stale' : 'panel'}>
            <h2 id="machine-title">{words.kiosk.machine}</h2>
            <MachineFacts {...props} />
          </section>
        </LivePart>
        <LivePart id="config" on={[topic]}>
          <section aria-labelledby="config-title" class="panel">
            <h2 id="config-title">{words.kiosk.config}</h2>
            <GateConfig view={view} config={props.config} />
          </section>
        </LivePart>
        <section aria-labelledby="note-title" class="panel">
          <h2 id="note-title">{words.kiosk.note}</h2>
          <Note {...props} />
        </section>
      </div>
      <section aria-labelledby="commands-title" class="panel" id="commands">
        <h2 id="commands-title">{words.kiosk.commands}</h2>
        {props.kiosk && props.may.commands.length > 0 && (
          <CommandForm
            view={view}
            action={`/fleet/gates/${encodeURIComponent(gate.id)}/command`}
            names={props.may.commands}
          />
        )}
        <LivePart id="command-results" on={[topic, 'commands']}>
          <CommandTable commands={props.commands} view={view} />
        </LivePart>
      </section>
      <section aria-labelledby="history-title" class="panel">
        <h2 id="history-title">{words.kiosk.history}</h2>
        <History gate={gate.id} history={props.history} view={view} />
      </section>
      <section aria-labelledby="events-title" class="panel">
        <h2 id="events-title">{words.kiosk.events}</h2>
        <LivePart id="events" on={[topic, 'activity']}>
          <ActivityTable events={props.events} view={view} />
        </LivePart>
      </section>
      <RefusedFacts refused={props.refused} view={view} />
      <GateSettings {...props} />
    </Frame>
  );
}

function State({ view, row, lastContactAt, stale }: GatePageProps): VNode {
  const { words, format, now } = view;
  return (
    <p class={`state ${row.presence}`} data-presence={row.presence}>
      <PresenceSign presence={row.presence} word={words.presence[row.presence]} />
      {row.since !== null && (
        <span class="since">{words.kiosk.since(format.duration(now - row.since))}</span>
      )}
      {row.drift && <span class="drift">{words.table.drift}</span>}
      {lastContactAt !== undefined && (
        <span class="last-seen">
          {stale
            ? words.kiosk.stale(format.duration(now - lastContactAt))
            : words.kiosk.lastSeen(format.clock(lastContactAt))}
        </span>
      )}
    </p>
  );
}

function Parts({ view, status }: GatePageProps): VNode {
  const { words } = view;
  const parts = Object.entries(status?.peripherals ?? {});
  if (parts.length === 0) {
    return <p class="none">{words.kiosk.noParts}</p>;
  }
  return (
    <table class="plain">
      <thead>
        <tr>
          <th scope="col">{words.kiosk.part}</th>
          <th scope="col">{words.table.state}</th>
          <th scope="col">{words.kiosk.reason}</th>
        </tr>
      </thead>
      <tbody>
        {parts.map(([part, { state, reason }]) => (
          <tr key={part} data-part={part} data-state={state}>
            <th scope="row">{partWord(part, words.parts)}</th>
            <td>
              <span class={`part ${state}`}>
                <span aria-hidden="true">{partSigns[state]}</span>{' '}
                {words.partStates[state] ?? state}
              </span>
            </td>
            <td>{(reason && words.kiosk.views[reason]) ?? reason ?? ''}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const partSigns = { ready: '✓', opening: '…', lost: '✗', failing: '!' } as const;

/** A part in words; `selfTest.camera` and `scanner.2` are parts of a part. */
function partWord(part: string, words: Readonly<Record<string, string>>): string {
  return (
    words[part] ??
    part
      .split('.')
      .map((piece) => words[piece] ?? piece)
      .join(' · ')
  );
}

function Note({ view, gate, may }: GatePageProps): VNode {
  const { kiosk: words } = view.words;
  return may.note ? (
    <Form view={view} action={`/fleet/gates/${encodeURIComponent(gate.id)}/note`}>
      <Field id="note-text" label={words.note}>
        {(attributes) => (
          <textarea {...attributes} name="note" class="form-control" rows={4} maxLength={2000}>
            {gate.note}
          </textarea>
        )}
      </Field>
      <button type="submit" class="btn btn-primary btn-sm">
        {words.saveNote}
      </button>
    </Form>
  ) : (
    <p class="note">{gate.note || '–'}</p>
  );
}
