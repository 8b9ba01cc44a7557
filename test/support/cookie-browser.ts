/** A browser without pages: keeps the cookies of each host, and follows nothing by itself. */
export class CookieBrowser {
  readonly #jars = new Map<string, Map<string, string>>();
  readonly #agent: string;

  constructor(agent = 'Test/1') {
    this.#agent = agent;
  }

  /** The cookies that a host has set; changing them is what an attacker would do. */
  jar(url: string): Map<string, string> {
    const { host } = new URL(url);
    const jar = this.#jars.get(host) ?? new Map<string, string>();
    this.#jars.set(host, jar);
    return jar;
  }

  async send(url: string | URL, form?: Record<string, string>): Promise<Answer> {
    const { href, origin } = new URL(url);
    const jar = this.jar(href);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(href, {
      method: form ? 'POST' : 'GET',
      redirect: 'manual',
      headers: {
        accept: 'text/html',
        'user-agent': this.#agent,
        ...(cookie === '' ? {} : { cookie }),
        ...(form ? { origin } : {}),
      },
      ...(form ? { body: new URLSearchParams(form) } : {}),
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const split = pair.indexOf('=');
      const isGone = /Max-Age=0|Expires=Thu, 01 Jan 1970/i.test(line);
      isGone
        ? jar.delete(pair.slice(0, split))
        : jar.set(pair.slice(0, split), pair.slice(split + 1));
    }
    const location = response.headers.get('location');
    return {
      status: response.status,
      headers: response.headers,
      text: await response.text(),
      location: location === null ? undefined : new URL(location, href).href,
    };
  }
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** Where it leads, absolute. */
  location: string | undefined;
}
