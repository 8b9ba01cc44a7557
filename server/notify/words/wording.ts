import type { DataOf, TemplateName } from '../templates.ts';

/** A part of a message's body. */
export type Block =
  | { kind: 'text'; text: string }
  /** Something to be typed: large, and each sign apart from the text around it. */
  | { kind: 'code'; text: string }
  | { kind: 'link'; text: string; href: string }
  /** As it stands, line by line. */
  | { kind: 'lines'; text: string };

/** One message in one language, before it is set as plain text, HTML or SMS. */
export interface Wording {
  subject: string;
  blocks: Block[];
  /** As short as it can be: every 160 letters are paid for. */
  sms: string;
}

/** All that is said in one language. */
export type Words = {
  [Name in TemplateName]: (data: DataOf<Name>) => Wording;
} & {
  /** Stands under every e-mail. */
  footer: string;
};
