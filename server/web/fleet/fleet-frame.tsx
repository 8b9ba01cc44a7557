import type { ComponentChildren, VNode } from 'preact';
import type { Language } from '../../../shared/language.ts';
import type { StaffSession } from '../../login/session.ts';
import { Island } from '../island.tsx';
import type { AliveProps } from './alive.island.tsx';
import type { Format } from './format.ts';
import type { Topic } from './live-events.ts';
import type { FleetWords } from './words/words.ts';

export const themes = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** What every page of the dashboard is made with. */
export interface View {
  session: StaffSession;
  /** Against forged requests; in every form. */
  csrf: string;
  words: FleetWords;
  language: Language;
  format: Format;
  theme: Theme;
  now: number;
  /** This page, for a form that comes back to it. */
  path: string;
  /** The last change that is in what the page shows. */
  lastId: string;
  /** What was done just now (`?done=`), or why it was not. */
  notice?: { kind: 'done' | 'problem'; text: string; details?: string | undefined } | undefined;
}

export interface FrameProps {
  view: View;
  heading: string;
  /** Beside the heading. */
  sub?: ComponentChildren;
  /** Whether the page has the table of all kiosks. */
  rows?: boolean;
  children: ComponentChildren;
}

/** What stands around the dashboard's pages: the sign of life, the switch of light and dark, the notice. */
export function Frame({ view, heading, sub, rows = false, children }: FrameProps): VNode {
  const { words, format, now, language, lastId, notice } = view;
  const alive: AliveProps = { rows, lastId, language, stays: view.session.role === 'viewer' };
  return (
    <div class="fleet" data-theme={view.theme}>
      <div class="fleet-head">
        <h1>{heading}</h1>
        {sub}
        <Island name="alive" data={alive}>
          <p class="alive">
            {words.alive.asOf(format.clock(now))} <a href={view.path}>{words.alive.reload}</a>
          </p>
        </Island>
        <ThemeSwitch view={view} />
      </div>
      {notice && (
        <div
          class={`notice ${notice.kind}`}
          role={notice.kind === 'problem' ? 'alert' : 'status'}
          id="notice"
        >
          <p>{notice.text}</p>
          {notice.details && <pre>{notice.details}</pre>}
        </div>
      )}
      {children}
    </div>
  );
}

function ThemeSwitch({ view }: { view: View }): VNode {
  const { theme: words } = view.words;
  return (
    <Form view={view} action="/fleet/theme" class="theme">
      <fieldset>
        <legend class="visually-hidden">{words.label}</legend>
        {themes.map((theme) => (
          <button
            key={theme}
            type="submit"
            name="theme"
            value={theme}
            aria-pressed={view.theme === theme}
          >
            {words[theme]}
          </button>
        ))}
      </fieldset>
    </Form>
  );
}

export interface FormProps {
  view: View;
  action: string;
  class?: string;
  id?: string;
  /** `multipart/form-data` where a file goes along. */
  encType?: 'multipart/form-data';
  label?: string;
  children: ComponentChildren;
}

/** A form that changes something: with the token against forged requests, and where to come back to. */
export function Form({ view, action, label, children, ...rest }: FormProps): VNode {
  return (
    <form method="post" action={action} {...rest} aria-label={label}>
      <input type="hidden" name="csrf" value={view.csrf} />
      <input type="hidden" name="back" value={view.path} />
      {children}
    </form>
  );
}

export interface FieldProps {
  id: string;
  label: string;
  help?: string | undefined;
  children(attributes: { id: string; 'aria-describedby'?: string | undefined }): VNode;
}

/** A labelled field, with what there is to know about it. */
export function Field({ id, label, help, children }: FieldProps): VNode {
  const helpId = `${id}-help`;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, 'aria-describedby': help && helpId })}
      {help && (
        <small id={helpId} class="help">
          {help}
        </small>
      )}
    </div>
  );
}

export interface LivePartProps {
  id: string;
  on: readonly Topic[];
  url?: string;
  children: ComponentChildren;
}

/** A part that the server renders again when a topic changes; see `live-part.island.tsx`. */
export function LivePart({ id, on, url, children }: LivePartProps): VNode {
  return (
    <div id={id} data-island="live-part" data-props={JSON.stringify({ on, url })}>
      {children}
    </div>
  );
}

/** A time, for people and for machines. */
export function Moment({ at, format }: { at: number; format: Format }): VNode {
  return <time dateTime={new Date(at).toISOString()}>{format.moment(at)}</time>;
}

/** What may be wider than the window: it scrolls by itself, also by the keyboard. */
export function Scrolls(props: { label: string; children: ComponentChildren }): VNode {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard.
    <section class="scrolls" tabIndex={0} aria-label={props.label}>
      {props.children}
    </section>
  );
}
