import { Fragment, options, type VNode } from 'preact';
import { isolated } from '../../shared/isolated-text.ts';

/** Attributes that people read. */
const READ = ['title', 'alt', 'aria-label', 'placeholder'] as const;
/** What stands in these is no text of a page but a field's content, a program or a style. */
const UNTOUCHED = new Set(['textarea', 'script', 'style']);

/**
 * From here on every text that Preact puts on a page is isolated, on the server as in the browser, so that
 * no page has to think of it and a name never reorders what stands beside it.
 */
export function isolateTexts(): void {
  const before = options.vnode;
  options.vnode = (vnode) => {
    isolateIn(vnode);
    before?.(vnode);
  };
}

function isolateIn({ type, props }: VNode): void {
  if (type !== Fragment && (typeof type !== 'string' || UNTOUCHED.has(type))) {
    return;
  }
  const own: Record<string, unknown> = props;
  own.children = isolatedChildren(own.children);
  for (const name of READ) {
    const text = own[name];
    if (typeof text === 'string') {
      own[name] = isolated(text);
    }
  }
}

function isolatedChildren(children: unknown): unknown {
  if (typeof children === 'string') {
    return isolated(children);
  }
  return Array.isArray(children) ? children.map(isolatedChildren) : children;
}
