import type { Block } from '../blocks.ts';
import type { DataOf, TemplateName } from '../templates.ts';

/** One message in one language, before it is set as plain text, HTML or SMS. */
export interface Wording {
  subject: string;
  blocks: Block[];
  /** As short as it can be: every 160 letters are paid for. */
  sms: string;
}

/** Every message in one language. */
export type MessageWords = {
  [Name in TemplateName]: (data: DataOf<Name>) => Wording;
} & {
  /** Stands under every e-mail. */
  footer: string;
};
