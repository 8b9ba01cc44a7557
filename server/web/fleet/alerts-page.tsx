import type { VNode } from 'preact';
import { AlertLine, type AlertView } from './alert-line.tsx';
import { Field, Form, Frame, LivePart, Moment, type View } from './fleet-frame.tsx';
import { TextField } from './text-field.tsx';

export const alertLists = ['open', 'quiet', 'past'] as const;
export type AlertList = (typeof alertLists)[number];

export interface AlertsPageProps {
  view: View;
  list: AlertList;
  alerts: readonly AlertView[];
  /** Whether this session may act on the alerts of a site. */
  may(site: string | undefined): boolean;
}

/** How long an alert may be silenced, in hours. */
export const silenceHours = [1, 8, 24, 72, 168] as const;

/** `/fleet/alerts`: what needs somebody, what is known and quiet, and what is over. */
export function AlertsPage({ view, list, alerts, may }: AlertsPageProps): VNode {
  const { words } = view;
  return (
    <Frame view={view} heading={words.alerts.heading}>
      <nav class="ranges" aria-label={words.alerts.filter}>
        <ul>
          {alertLists.map((one) => (
            <li key={one}>
              <a
                href={`/fleet/alerts?list=${one}`}
                aria-current={one === list ? 'true' : undefined}
              >
                {words.alerts.lists[one]}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <LivePart id="alerts" on={['alerts']}>
        {alerts.length === 0 ? (
          <p class="none">{words.alerts.none}</p>
        ) : (
          <ul class="alert-list inbox">
            {alerts.map((alert) => (
              <li key={alert.id}>
                <AlertLine alert={alert} view={view} />
                <AlertActs
                  alert={alert}
                  view={view}
                  may={alert.clearedAt === undefined && may(alert.site?.id)}
                />
              </li>
            ))}
          </ul>
        )}
      </LivePart>
    </Frame>
  );
}

/** Who has seen an alert and who keeps it quiet until when; and both can be done here. */
export function AlertActs(props: { alert: AlertView; view: View; may: boolean }): VNode {
  const { alert, view, may } = props;
  const { alerts: words } = view.words;
  const path = `/fleet/alerts/${encodeURIComponent(alert.id)}`;
  const { acknowledged, silenced } = alert;
  return (
    <div class="alert-acts">
      {acknowledged && (
        <p>
          {words.acknowledgedBy(acknowledged.by)},{' '}
          <Moment at={acknowledged.at} format={view.format} />
          {acknowledged.reason && `: ${acknowledged.reason}`}
        </p>
      )}
      {silenced && (
        <p>
          {words.silencedUntil(view.format.moment(silenced.until))} · {silenced.by}:{' '}
          {silenced.reason}
        </p>
      )}
      {may && alert.revokes !== undefined && (
        <p>
          <a href={`/fleet/gates/${encodeURIComponent(alert.revokes)}#revoke`}>
            {view.words.kiosk.revoke}
          </a>
        </p>
      )}
      {may && !acknowledged && (
        <Act
          view={view}
          id={`acknowledge-${alert.id}`}
          word={words.acknowledge}
          action={`${path}/acknowledge`}
        />
      )}
      {may && !silenced && (
        <Act
          view={view}
          id={`silence-${alert.id}`}
          word={words.silence}
          action={`${path}/silence`}
          silence
        />
      )}
    </div>
  );
}

interface ActProps {
  view: View;
  id: string;
  word: string;
  action: string;
  silence?: boolean;
}

function Act({ view, id, word, action, silence = false }: ActProps): VNode {
  const { alerts: words } = view.words;
  return (
    <details id={id}>
      <summary>{word}</summary>
      <Form view={view} action={action} class="inline">
        <TextField
          id={`${id}-reason`}
          label={words.reason}
          name="reason"
          required
          maxLength={200}
        />
        {silence && (
          <Field id={`${id}-hours`} label={words.for}>
            {(attributes) => (
              <select {...attributes} name="hours" class="form-select">
                {silenceHours.map((hours) => (
                  <option key={hours} value={hours}>
                    {words.hours(hours)}
                  </option>
                ))}
              </select>
            )}
          </Field>
        )}
        <button type="submit" class="btn btn-primary btn-sm">
          {word}
        </button>
      </Form>
    </details>
  );
}
