/** An HTTP client that keeps the cookies of each host and does not follow redirects. */
export class CookieBrowser {
  readonly #jars = new Map<string, Map<string, string>>();
  readonly #agent: string;

  constructor(agent = 'Test/1') {
    this.#agent = agent;
  }

  /** The cookies of a host, which a test may change as an attacker would. */
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
  /** The absolute URL it redirects to. */
  location: string | undefined;
}
