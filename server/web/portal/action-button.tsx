import type { ComponentChildren, VNode } from 'preact';
import { CsrfField } from '../login/csrf-field.tsx';

/** A button that does something, as a form of its own. */
export function ActionButton(props: {
  action: string;
  csrf: string;
  label: ComponentChildren;
  kind?: 'primary' | 'outline-primary' | 'danger' | 'outline-danger';
  /** The accessible name where the label alone is ambiguous; it begins with the label (WCAG 2.5.3). */
  name?: string;
  fields?: Record<string, string>;
}): VNode {
  return (
    <form method="post" action={props.action} class="varco-action">
      <CsrfField token={props.csrf} />
      {Object.entries(props.fields ?? {}).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <button type="submit" class={`btn btn-${props.kind ?? 'primary'}`} aria-label={props.name}>
        {props.label}
      </button>
    </form>
  );
}
