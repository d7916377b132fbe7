import type { ButtonHTMLAttributes, ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { serverNow } from './api';
import { ago, utc, visible, visibleLines, whole, word } from './format';
import { say, sentence } from './messages';
import { usePrinting } from './print';
import { useSetting } from './setting';
import type { Severity, State } from './types';

/** Icon is one of the folder icons; it says nothing to a screen reader, so that words have to stand beside it. */
export function Icon({ name, size = 16 }: { name: string; size?: 16 | 20 | 24 }) {
  return <svg class={`icon icon-${size}`} aria-hidden="true" focusable="false"><use href={`#${name}`} /></svg>;
}

/** Text shows what somebody else wrote. */
export const Text = ({ children, class: of }: { children?: string; class?: string }) => <bdi class={of}>{visible(children)}</bdi>;

/** Prose shows what somebody else wrote in several lines. */
export const Prose = ({ children }: { children?: string }) => <bdi class="prose">{visibleLines(children)}</bdi>;

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & { kind?: 'primary' | 'subtle' | 'danger'; icon?: string; children?: ComponentChildren };

export function Button({ kind, icon, children, class: of, ...rest }: ButtonProps) {
  return (
    <button type="button" class={`button ${kind ?? ''} ${of ?? ''}`} {...rest}>
      {icon && <Icon name={icon} />}
      {children && <span>{children}</span>}
    </button>
  );
}

/** shapes tell severities apart without their color. */
const shapes: Record<string, string> = {
  Critical: 'M5 1h6l4 4v6l-4 4H5l-4-4V5z', High: 'M8 1.5 15.5 14.5H.5z', Medium: 'M8 .5 15.5 8 8 15.5.5 8z', Low: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2',
  Informational: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2m0 2a4 4 0 1 1 0 8 4 4 0 0 1 0-8', '': 'M3 7h10v2H3z',
};

export function SeverityMark({ of = '', short }: { of?: Severity; short?: boolean }) {
  const name = of || say.unknown;
  return (
    <span class={`severity severity-${(of || 'unknown').toLowerCase()}`}>
      <svg class="shape" viewBox="0 0 16 16" aria-hidden="true"><path d={shapes[of]} fill-rule="evenodd" /></svg>
      {short ? <span class="short">{name}</span> : name}
    </span>
  );
}

const stateIcons: Record<string, string> = {
  Active: 'circle_16_regular', InProgress: 'play_circle_16_regular', Resolved: 'checkmark_circle_16_filled', Redirected: 'merge_16_regular',
};

export const StateMark = ({ of }: { of: State }) => (
  <span class={`state state-${of.toLowerCase()}`}><Icon name={stateIcons[of] ?? 'circle_16_regular'} />{word(of)}</span>
);

/** hue gives a name always the same of a few colors. */
const hue = (name: string) => [...name].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)!) % 8, 7);

export function Person({ name, me, quiet }: { name?: string; me?: string; quiet?: boolean }) {
  if (!name) return <span class="person nobody"><span class="avatar" aria-hidden="true"><Icon name="person_16_regular" /></span><span>{say.unassigned}</span></span>;
  const shown = name.replace(/^.*:/, '');
  const initials = shown.split(/[@.\-_ ]/).filter(Boolean).slice(0, shown.includes('@') ? 1 : 2).map((part) => [...part][0]!.toUpperCase()).join('');
  return (
    <span class="person" title={visible(name)}>
      <span class={`avatar hue-${hue(name)}`} aria-hidden="true">{visible(initials)}</span>
      {!quiet && <bdi class="name">{visible(name)}{name === me && <span class="you"> {say.you}</span>}</bdi>}
    </span>
  );
}

export const Tag = ({ name, onRemove }: { name: string; onRemove?: () => void }) => (
  onRemove ? <span class="tag">
    <Text>{name}</Text>
    <button type="button" class="remove" aria-label={sentence(say.tag.remove, { tag: visible(name) })} onClick={onRemove}><Icon name="dismiss_16_regular" /></button>
  </span> : <bdi class="tag">{visible(name)}</bdi>
);

/** useNow ticks, so that times stay true. */
export function useNow(): number {
  const [now, set] = useState(serverNow());
  useEffect(() => {
    const timer = setInterval(() => set(serverNow()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

export function Time({ at }: { at?: string }) {
  const now = useNow();
  const [zone] = useSetting('zone', 'local');
  const printing = usePrinting();
  if (!at || at.startsWith('0001')) return <span class="quiet">–</span>;
  return <time dateTime={at} title={whole(at, zone)}>{printing ? utc(at) : ago(at, now)}</time>;
}

export function Empty({ icon, title, children, action }: { icon: string; title: string; children?: ComponentChildren; action?: ComponentChildren }) {
  return (
    <div class="empty">
      <span class="halo"><Icon name={icon} size={24} /></span>
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {action && <div class="actions">{action}</div>}
    </div>
  );
}

export const Banner = ({ kind, icon, children, action }: { kind: 'info' | 'warning' | 'danger' | 'success'; icon: string; children: ComponentChildren; action?: ComponentChildren }) => (
  <div class={`banner ${kind}`} role={kind === 'danger' ? 'alert' : 'status'}><Icon name={icon} /><div class="words">{children}</div>{action}</div>
);

export const Skeleton = ({ lines = 6 }: { lines?: number }) => (
  <div class="skeleton" aria-hidden="true">{Array.from({ length: lines }, (_, i) => <span key={i} class={`bar bar-${i % 3}`} />)}</div>
);

export function Field({ label, id, hint, error, children }: { label: string; id: string; hint?: ComponentChildren; error?: string; children: ComponentChildren }) {
  return (
    <div class="field">
      <label for={id} id={`${id}-label`}>{label}</label>
      {children}
      {hint && <div class="hint" id={`${id}-hint`}>{hint}</div>}
      {error && <div class="error" role="alert"><Icon name="error_circle_16_filled" /><Text>{error}</Text></div>}
    </div>
  );
}
