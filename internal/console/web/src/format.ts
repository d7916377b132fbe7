import { say } from './messages';

// What no line of text should hold is shown by its number, as the plugin shows it: control characters, directions, blanks
// that look like nothing.
const hostile = /[\p{Cc}\u2028-\u202e\u061c\u200e\u200f\u2060-\u206f\ufff0-\ufffb\u{e0000}-\u{e00ff}\u200b\ufeff\u115f\u1160\u180e\u3164\uffa0]/gu;

const escape = (found: string) => {
  const code = found.codePointAt(0)!;
  return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
};

/** visible makes of any text one that shows all it holds. */
export const visible = (text = '') => text.replace(hostile, escape);

/** visibleLines keeps line feeds and tabs. */
export const visibleLines = (text = '') =>
  text.replaceAll('\r\n', '\n').replace(hostile, (found) => (found === '\n' || found === '\t' ? found : escape(found)));

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'narrow' });
const number = new Intl.NumberFormat('en');

const made = new Map<string, Intl.DateTimeFormat>();

/** formatIn shows times in a zone, which is a name of the IANA or "local". One that the browser does not know counts as UTC. */
function formatIn(zone: string, timeStyle: 'long' | 'short'): Intl.DateTimeFormat {
  const key = `${zone} ${timeStyle}`;
  if (!made.has(key)) {
    let timeZone = zone === 'local' ? undefined : zone;
    try { new Intl.DateTimeFormat('en', { timeZone }); } catch { timeZone = 'UTC'; }
    made.set(key, new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle, timeZone }));
  }
  return made.get(key)!;
}

const units: [Intl.RelativeTimeFormatUnit, number][] = [['year', 31536000], ['month', 2592000], ['day', 86400], ['hour', 3600], ['minute', 60]];

/** ago says how long ago a time is. */
export function ago(time: string, now: number): string {
  const seconds = (new Date(time).getTime() - now) / 1000;
  for (const [unit, length] of units) {
    if (Math.abs(seconds) >= length) return relative.format(Math.trunc(seconds / length), unit);
  }
  return say.justNow;
}

export const count = (value: number) => number.format(value);
/** Forms are a word for one thing and for several. */
export type Forms = readonly [one: string, other: string];

const rules = new Intl.PluralRules('en');

/** form is the one of the words that fits a number. */
export const form = (value: number, [one, other]: Forms) => (rules.select(value) === 'one' ? one : other);

/** plural is a number with its word. */
export const plural = (value: number, of: Forms) => `${count(value)} ${form(value, of)}`;

export const utc = (time: string) => new Date(time).toISOString().replace(/\.\d+/, '');

/** whole says a time in the zone that the person chose, where they are, and in UTC. */
export function whole(time: string, zone: string): string {
  const at = new Date(time);
  return [...new Set([zone, 'local'])].map((one) => formatIn(one, 'long').format(at)).concat(utc(time)).join('\n');
}

export const moment = (time: string, zone: string) => formatIn(zone, 'short').format(new Date(time));

/** word puts a name of the API into words. */
export const word = (name = '') =>
  say.shownAs[name] ?? name.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').replace(/ ([A-Z])(?![A-Z])/g, (_, letter: string) => ` ${letter.toLowerCase()}`);

/** classified puts a verdict with its determination into words. */
export const classified = (of: string) => of.split('/').map(word).join(' – ');

/** defanged makes an address one that nothing takes for a link. */
export const defanged = (kind: string, name: string) => (['IP', 'DNS', 'URL'].includes(kind) ? name.replace(/^http/i, 'hxxp').replaceAll('.', '[.]') : name);
