import type { Screen, Tone } from '../../session/screen.ts';

const WIDTH = 640;
const HEIGHT = 400;
const LINE_LENGTH = 40;
const tones: Record<Tone, string> = {
  neutral: '#17324d',
  positive: '#00563a',
  negative: '#8a1f2b',
  attention: '#6b4700',
};

/**
 * A picture of what the kiosk shows, drawn from the same screen that went to its display: SVG, without
 * a browser, and the same for a page and for a character display. It is only ever made of screens that
 * nobody stands before, so there is nothing of a person to draw.
 *
 * @param note about the display itself, such as when it last painted.
 */
export function screenPicture(screen: Screen, note: string): string {
  const text = wrapped(screen.text);
  const lines = [
    line(160, 40, 'bold', screen.title),
    ...text.map((words, index) => line(215 + index * 32, 24, 'normal', words)),
    ...(screen.staffLine ? [line(350, 16, 'normal', screen.staffLine)] : []),
    line(382, 14, 'normal', `${screen.name} · ${screen.language} · ${note}`),
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img">`,
    `<title>${escaped(`${screen.title}. ${screen.text}`)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="${tones[screen.tone]}"/>`,
    ...lines,
    '</svg>',
  ].join('\n');
}

function line(y: number, size: number, weight: string, words: string): string {
  const font = `font-family="Titillium Web, sans-serif" font-size="${size}" font-weight="${weight}"`;
  const place = `x="${WIDTH / 2}" y="${y}" text-anchor="middle" fill="#fff"`;
  return `<text ${place} ${font}>${escaped(words)}</text>`;
}

function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= LINE_LENGTH) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else {
      lines.push(word);
    }
  }
  return lines.slice(0, 4);
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? '');
}
