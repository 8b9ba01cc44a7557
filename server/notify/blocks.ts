/** A part of a message's body. */
export type Block =
  | { kind: 'text'; text: string }
  /** Something to be typed: large, and each sign apart from the text around it. */
  | { kind: 'code'; text: string }
  | { kind: 'link'; text: string; href: string }
  /** As it stands, line by line. */
  | { kind: 'lines'; text: string };

export const say = (text: string): Block => ({ kind: 'text', text });
export const code = (text: string): Block => ({ kind: 'code', text });
export const lines = (text: string): Block => ({ kind: 'lines', text });
export const link = (text: string, href: string): Block => ({ kind: 'link', text, href });
