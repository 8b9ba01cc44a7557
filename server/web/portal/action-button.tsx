import type { ComponentChildren, VNode } from 'preact';
import { CsrfField } from '../login/csrf-field.tsx';

/** A button that does something, as a form of its own. */
export function ActionButton(props: {
  action: string;
  csrf: string;
  label: ComponentChildren;
  kind?: 'primary' | 'outline-primary' | 'danger' | 'outline-danger';
  /** What a screen reader says where the label alone does not tell which; it begins with the label. */
  name?: string;
  fields?: Record<string, string>;
}): VNode {
  return (
    <form method="post" action={props.action} class="varco-action">
      <CsrfField token={props.csrf} />
      {Object.entries(props.fields ?? {}).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <button
        type="submit"
        class={`btn btn-${props.kind ?? 'primary'}`}
        {...(props.name ? { 'aria-label': props.name } : {})}
      >
        {props.label}
      </button>
    </form>
  );
}
