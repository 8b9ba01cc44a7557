/** Packages that only help to install others, or hold types: nothing of ours loads them at run time. */
export function isInstallOnly(name: string): boolean {
  return /^(prebuild-install|node-addon-api|nan|node-gyp|@types\/.*)$/.test(name);
}

/** The machine that a bundle is for. */
export interface Platform {
  platform: string;
  arch: string;
  libc: 'glibc' | 'musl';
}

export interface Rule {
  /** What is left out, as the script prints it. */
  what: string;
  /** @param path of a file below a package's own folder; @param name of that package */
  leavesOut(path: string, name: string): boolean;
}

const SOURCE = /\.([cm]?tsx?|flow|coffee)$/;
const MAP = /\.map$/;
const NATIVE_SOURCE = /\.(c|cc|cpp|h|hpp|gyp|gypi|o|a|mk|tar\.gz)$/;
/** Measured: what of the larger packages Node never loads. */
const VARIANTS: Readonly<Record<string, RegExp>> = {
  'csv-parse': /^dist\/(umd|iife)\//,
  fontkit: /^dist\/browser/,
  pako: /^dist\/pako_?\w*(\.es5)?\.js$/,
  pdfkit: /^js\/pdfkit\.(browser|standalone|old)/,
  pngjs: /^browser\.js$/,
  'zxing-wasm': /^dist\/(.*\/)?(full|writer|iife|miniprogram)\//,
};
const LICENCE = /(licen[cs]e|copying|notice|ofl)/i;

/** What a package has for those who work on it, or for other machines. Licences always stay. */
export function rulesFor(target: Platform): readonly Rule[] {
  return [
    { what: 'TypeScript', leavesOut: (path) => SOURCE.test(path) },
    { what: 'source maps', leavesOut: (path) => MAP.test(path) },
    {
      what: 'sources and traces of native builds',
      leavesOut: (path, name) =>
        NATIVE_SOURCE.test(path) ||
        /^build\/(Makefile|Release\/(obj|\.deps|test_extension))/.test(path) ||
        (name === 'better-sqlite3' && path.startsWith('deps/')) ||
        (name === 'node-hid' && path.startsWith('hidapi/')),
    },
    {
      what: "other machines' binaries",
      leavesOut: (path, name) =>
        (/^prebuilds\//.test(path) && !isPrebuildFor(target, path.split('/').slice(1).join('/'))) ||
        (name.startsWith('@img/') && target.libc === 'glibc' && name.includes('musl')),
    },
    {
      what: 'papers, examples and tests',
      leavesOut: (path) =>
        (/\.(md|markdown|html?)$/i.test(path) ||
          /(^|\/)\./.test(path) ||
          /(^|\/)(tests?|__tests__|benchmarks?|examples?|docs|coverage|\.github)\//.test(path)) &&
        !LICENCE.test(path.split('/').pop() ?? ''),
    },
    {
      what: 'variants for browsers and other uses',
      leavesOut: (path, name) =>
        VARIANTS[name]?.test(path) === true || /(^|\/)[^/]+\.(umd|iife|min)\.[cm]?js$/.test(path),
    },
  ];
}

/** @param path such as `HID_hidraw-linux-x64/node-napi-v4.node` or `linux-x64/name.musl.node` */
function isPrebuildFor({ platform, arch, libc }: Platform, path: string): boolean {
  const [folder = ''] = path.split('/');
  const words = folder.split(/[-+]/);
  const isHere = words.includes(platform) && words.includes(arch);
  const other = libc === 'glibc' ? 'musl' : 'glibc';
  return (
    isHere &&
    !path.includes(other) &&
    !(libc === 'musl' && folder.includes('linux') && path.includes('glibc'))
  );
}
