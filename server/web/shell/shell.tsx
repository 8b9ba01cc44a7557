import type { ComponentChildren, VNode } from 'preact';
import { infoOf, type Language, languages } from '../../../shared/language.ts';
import { shellWords } from './shell-words.ts';
import type { ShellWords } from './words/words.ts';

/** A link of the page's own navigation. */
export interface NavigationLink {
  href: string;
  label: string;
  current?: boolean;
}

/** Who is logged in, and the form that ends it. */
export interface Account {
  label: string;
  logoutAction: string;
  /** The session's token against forged requests. */
  csrf: string;
}

export interface ShellProps {
  language: Language;
  title: string;
  /** `wide`: all of the window, for tables and walls of kiosks. */
  layout: 'narrow' | 'wide';
  navigation: readonly NavigationLink[];
  account: Account | undefined;
  styles: readonly string[];
  scripts: readonly string[];
  /** Without JavaScript: load another page after so many seconds. */
  refresh: { afterS: number; url: string } | undefined;
  /** The address of this page in another language. */
  inLanguage(language: Language): string;
  children: ComponentChildren;
}

/** What stands around every page: head, header, navigation, footer, as Designers Italia lays them out. */
export function Shell(props: ShellProps): VNode {
  const words = shellWords[props.language];
  const container = props.layout === 'wide' ? 'container-fluid px-3 px-lg-4' : 'container';
  return (
    <html lang={props.language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        {props.refresh && (
          <noscript>
            <meta
              http-equiv="refresh"
              content={`${props.refresh.afterS};url=${props.refresh.url}`}
            />
          </noscript>
        )}
        <title>{`${props.title} · varco`}</title>
        {props.styles.map((href) => (
          <link key={href} rel="stylesheet" href={href} />
        ))}
        {props.scripts.map((src) => (
          <script key={src} type="module" src={src} />
        ))}
      </head>
      <body>
        <div class="skiplinks">
          <a class="visually-hidden-focusable" href="#content">
            {words.skipToContent}
          </a>
        </div>
        <Header {...props} words={words} container={container} />
        <main id="content" class={`${container} py-4`} tabindex={-1}>
          {props.children}
        </main>
        <Footer words={words} container={container} language={props.language} />
      </body>
    </html>
  );
}

type PartProps = ShellProps & { words: ShellWords; container: string };

function Header(props: PartProps): VNode {
  const { words, container, account, navigation } = props;
  return (
    <header class="it-header-wrapper">
      <div class="it-header-slim-wrapper">
        <div class={`${container} varco-slim`}>
          <LanguageSwitch {...props} />
          {account && (
            <form method="post" action={account.logoutAction} class="varco-account">
              <input type="hidden" name="csrf" value={account.csrf} />
              <a class="varco-account-name" href="/account">
                {account.label}
              </a>
              <button type="submit" class="btn btn-sm btn-outline-light">
                {words.logout}
              </button>
            </form>
          )}
        </div>
      </div>
      <div class="it-nav-wrapper">
        <div class="it-header-center-wrapper varco-brand">
          <div class={container}>
            <span class="varco-name">varco</span>
            <span class="varco-tagline">{words.tagline}</span>
          </div>
        </div>
        {navigation.length > 0 && (
          <nav class="varco-navigation" aria-label={words.mainNavigation}>
            <ul class={container}>
              {navigation.map(({ href, label, current }) => (
                <li key={href}>
                  <a href={href} aria-current={current ? 'page' : undefined}>
                    {label}
                  </a>
                </li>
              ))}
            </ul>
          </nav>
        )}
      </div>
    </header>
  );
}

function LanguageSwitch({ language, inLanguage, words }: PartProps): VNode {
  return (
    <nav aria-label={words.chooseLanguage} class="varco-languages">
      <ul>
        {languages.map((one) => (
          <li key={one}>
            <a
              href={inLanguage(one)}
              hreflang={one}
              lang={one}
              aria-label={`${one.toUpperCase()} ${infoOf(one).name}`}
              aria-current={one === language ? 'true' : undefined}
            >
              {one.toUpperCase()}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Footer(props: { words: ShellWords; container: string; language: Language }): VNode {
  const { words, container } = props;
  return (
    <footer class="it-footer">
      <div class="it-footer-small-prints varco-footer">
        <nav class={container} aria-label={words.usefulLinks}>
          <ul>
            <li>
              <a href="/privacy">{words.privacy}</a>
            </li>
            <li>
              <a href="/accessibility">{words.accessibility}</a>
            </li>
          </ul>
        </nav>
      </div>
    </footer>
  );
}
