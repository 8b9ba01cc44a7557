import type { ComponentChildren, InputHTMLAttributes, VNode } from 'preact';

export interface FieldProps {
  /** Its id and its name in the form. */
  id: string;
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
  input?: InputHTMLAttributes<HTMLInputElement>;
  /** What stands under the input, such as a running count. */
  children?: ComponentChildren;
}

/** A labelled field; its hint and its error are tied to it, so that a screen reader says them with it. */
export function Field({ id, label, hint, error, input, children }: FieldProps): VNode {
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div class="form-group">
      <label for={id}>{label}</label>
      {hint && (
        <p class="varco-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <input
        id={id}
        name={id}
        class={error ? 'form-control is-invalid' : 'form-control'}
        aria-describedby={described || undefined}
        aria-invalid={error ? 'true' : undefined}
        {...input}
      />
      {error && (
        <p class="varco-error" id={`${id}-error`}>
          {error}
        </p>
      )}
      {children}
    </div>
  );
}

/** Says at the top of a page what is wrong in its form, each with the way to its field. */
export function ErrorSummary(props: {
  title: string;
  problems: readonly { field: string; text: string }[];
}): VNode | null {
  return props.problems.length === 0 ? null : (
    <div class="varco-notice varco-notice-bad" role="alert">
      <h2>{props.title}</h2>
      <ul>
        {props.problems.map(({ field, text }) => (
          <li key={field}>
            <a href={`#${field}`}>{text}</a>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Something to be noticed; its kind is in its words, and its colour only adds to them. */
export function Notice(props: {
  kind: 'good' | 'bad' | 'warn' | 'plain';
  title?: string;
  children?: ComponentChildren;
}): VNode {
  return (
    <div class={`varco-notice varco-notice-${props.kind}`} role="status">
      {props.title && <h2>{props.title}</h2>}
      {props.children}
    </div>
  );
}
