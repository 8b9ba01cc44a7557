import type { ComponentChildren, VNode } from 'preact';

/**
 * A live part of a page, on the server. Its children are what stands there without JavaScript; the
 * island's script (`NAME.island.tsx`) takes their place.
 *
 * @param props.data goes to the browser as JSON: nothing that the page may not show.
 */
export function Island(props: {
  name: string;
  data?: unknown;
  children?: ComponentChildren;
}): VNode {
  return (
    <div data-island={props.name} data-props={JSON.stringify(props.data ?? {})}>
      {props.children}
    </div>
  );
}
