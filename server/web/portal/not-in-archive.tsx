import type { VNode } from 'preact';
import type { PortalWords } from './words/words.ts';

/** For somebody of whom the archive knows nothing: never a "no", and the ways that there are (domain §1, §5). */
export function NotInArchive(props: { words: PortalWords; delegated: boolean }): VNode {
  const { notInArchive } = props.words;
  const ways = [notInArchive.paper, notInArchive.court, notInArchive.wait, notInArchive.begin];
  return (
    <>
      <h1>{notInArchive.title}</h1>
      <p class="lead">{notInArchive.lead}</p>
      <h2>{notInArchive.ways}</h2>
      {ways.map(({ title, text }) => (
        <section key={title}>
          <h3>{title}</h3>
          <p>{text}</p>
        </section>
      ))}
      {props.delegated && (
        <p>
          <a href="/portal/for" class="btn btn-primary">
            {notInArchive.delegate}
          </a>
        </p>
      )}
    </>
  );
}
