import { type ComponentType, h, render } from 'preact';
import { isolateTexts } from './isolate-texts.ts';

isolateTexts();

/** In the browser: puts a component in every place that the server's page keeps for it. */
export function mountIsland<Props extends object>(
  name: string,
  component: ComponentType<Props>,
): void {
  for (const place of document.querySelectorAll<HTMLElement>(`[data-island="${name}"]`)) {
    const props: Props = JSON.parse(place.dataset.props ?? '{}');
    place.replaceChildren();
    render(h(component, props), place);
    place.dataset.live = '';
  }
}
