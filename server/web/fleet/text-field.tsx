import type { VNode } from 'preact';
import { Field } from './fleet-frame.tsx';

export interface TextFieldProps {
  id: string;
  label: string;
  help?: string | undefined;
  name: string;
  value?: string | number;
  type?: 'number';
  required?: boolean;
  maxLength?: number;
  pattern?: string;
  inputMode?: 'decimal' | 'numeric';
  autocomplete?: string;
  min?: string | number;
  max?: string | number;
  step?: string | number;
}

/** A line to be typed, with its label and what helps to fill it in. */
export function TextField({ id, label, help, ...input }: TextFieldProps): VNode {
  return (
    <Field id={id} label={label} help={help}>
      {(attributes) => <input {...attributes} {...input} class="form-control" />}
    </Field>
  );
}

/** The id of a site or a gate: see `placeIdSchema`. */
export function PlaceIdField({ id, label, help }: Pick<TextFieldProps, 'id' | 'label' | 'help'>) {
  return (
    <TextField
      id={id}
      label={label}
      help={help}
      name="id"
      required
      maxLength={48}
      pattern="[A-Za-z0-9][A-Za-z0-9_\-]*"
    />
  );
}

/** Whether a site's kiosks must show a client certificate. */
export function CertificateField({ label, checked }: { label: string; checked?: boolean }): VNode {
  return (
    <label class="check">
      <input type="checkbox" name="clientCertificate" value="1" checked={checked ?? false} />{' '}
      <span>{label}</span>
    </label>
  );
}
