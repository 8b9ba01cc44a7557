import type { Block } from './wording.ts';

export const say = (text: string): Block => ({ kind: 'text', text });
export const code = (text: string): Block => ({ kind: 'code', text });
export const lines = (text: string): Block => ({ kind: 'lines', text });
export const link = (text: string, href: string): Block => ({ kind: 'link', text, href });
