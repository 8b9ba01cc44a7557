import type { VNode } from 'preact';
import type { Language } from '../../../shared/language.ts';
import { statementWords } from './statement-words.ts';

/** The privacy notice in force, section by section, under headings of the wanted level. */
export function PrivacyNotice(props: { language: Language; level: 2 | 3 }): VNode {
  const Heading = props.level === 2 ? 'h2' : 'h3';
  return (
    <>
      {statementWords[props.language].privacy.sections.map(({ title, text }) => (
        <section key={title}>
          <Heading>{title}</Heading>
          {text.map((paragraph) => (
            <p key={paragraph}>{paragraph}</p>
          ))}
        </section>
      ))}
    </>
  );
}
