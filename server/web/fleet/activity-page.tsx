import type { VNode } from 'preact';
import { Frame, LivePart, Moment, Scrolls, type View } from './fleet-frame.tsx';
import type { PlaceLink } from './place-links.ts';

/** Something that happened, as the pages show it. */
export interface ActivityView {
  id: number;
  at: number;
  kind: string;
  site?: PlaceLink | undefined;
  gate?: PlaceLink | undefined;
  /** Whose act it was; absent: it happened by itself. */
  actor?: string | undefined;
  /** What else there is to know, in the codes of the activity log. */
  detail: string;
}

export interface ActivityPageProps {
  view: View;
  events: readonly ActivityView[];
  /** Where the older ones are; absent: there are none. */
  olderThan?: number | undefined;
  /** Whether the page begins with the newest, and so grows by itself. */
  newest: boolean;
}

/** `/fleet/activity`: who did what, and what happened by itself, newest first. */
export function ActivityPage({ view, events, olderThan, newest }: ActivityPageProps): VNode {
  const { words } = view;
  return (
    <Frame view={view} heading={words.activity.heading}>
      <LivePart id="activity" on={newest ? ['activity'] : []}>
        <ActivityTable events={events} view={view} />
      </LivePart>
      {olderThan !== undefined && (
        <p>
          <a href={`/fleet/activity?before=${olderThan}`}>{words.activity.older}</a>
        </p>
      )}
    </Frame>
  );
}

export function ActivityTable(props: { events: readonly ActivityView[]; view: View }): VNode {
  const { events, view } = props;
  const { words, format } = view;
  if (events.length === 0) {
    return <p class="none">{words.activity.none}</p>;
  }
  return (
    <Scrolls label={words.activity.heading}>
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">{words.activity.when}</th>
            <th scope="col">{words.activity.what}</th>
            <th scope="col">{words.activity.on}</th>
            <th scope="col">{words.activity.who}</th>
            <th scope="col">{words.activity.detail}</th>
          </tr>
        </thead>
        <tbody>
          {events.map((event) => (
            <tr key={event.id} data-event={event.kind}>
              <td class="when">
                <Moment at={event.at} format={format} />
              </td>
              <th scope="row">{words.activity.acts[event.kind] ?? event.kind}</th>
              <td>
                {event.gate ? (
                  <a href={`/fleet/gates/${encodeURIComponent(event.gate.id)}`}>
                    {event.gate.name}
                  </a>
                ) : event.site ? (
                  <a href={`/fleet/sites/${encodeURIComponent(event.site.id)}`}>
                    {event.site.name}
                  </a>
                ) : (
                  '–'
                )}
              </td>
              <td>{event.actor ?? '–'}</td>
              <td class="detail">{event.detail}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolls>
  );
}
