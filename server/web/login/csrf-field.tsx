import type { VNode } from 'preact';

/** Stands in every form of somebody who is logged in: `<CsrfField token={csrfOf(request)} />`. */
export function CsrfField({ token }: { token: string }): VNode {
  return <input type="hidden" name="csrf" value={token} />;
}
