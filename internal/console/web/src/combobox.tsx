import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { get } from './api';
import { visible } from './format';
import { say, sentence } from './messages';
import { Icon, Text } from './ui';

export interface Suggestion { value: string; about?: string; count?: number; create?: boolean }

/** useSuggestions asks what was used before, a moment after the last key. */
export function useSuggestions(kind: string, namespace: string, text: string, open: boolean): Suggestion[] {
  const [found, set] = useState<Suggestion[]>([]);
  useEffect(() => {
    if (!open) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      const asked = new URLSearchParams({ kind, namespace, text });
      get<Suggestion[]>(`/api/suggest?${asked}`, stop.signal).then((all) => set(all ?? []), () => undefined);
    }, 80);
    return () => { clearTimeout(timer); stop.abort(); };
  }, [kind, namespace, text, open]);
  return found;
}

interface Props {
  id: string; kind: 'tag' | 'assignee' | 'incident'; namespace: string; text: string; placeholder?: string; label?: string;
  onText: (text: string) => void; onChoose: (value: string) => void; onBackspace?: () => void;
  creates?: boolean; without?: string[]; before?: ComponentChildren; describedBy?: string; invalid?: boolean;
}

/** Combobox is a text field that suggests, by the pattern of ARIA: the focus stays in the field. */
export function Combobox(props: Props) {
  const { id, kind, namespace, text, onText, onChoose, creates, without = [] } = props;
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const list = useId();
  const box = useRef<HTMLDivElement>(null);
  const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
  const found = useSuggestions(kind, namespace, text, open).filter((one) => !without.some((other) => same(one.value, other)));
  const typed = text.trim();
  const all = creates && typed && !found.some((one) => same(one.value, typed)) && !without.some((other) => same(typed, other))
    ? [...found, { value: typed, create: true }] : found;
  const current = all[at];
  const choose = (value: string) => { onChoose(value); setAt(-1); setOpen(kind === 'tag'); };
  const move = (by: number) => { setOpen(true); setAt((now) => (all.length === 0 ? -1 : (now + by + all.length + (now < 0 && by < 0 ? 1 : 0)) % all.length)); };
  useEffect(() => { if (at >= 0) box.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' }); }, [at]);
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') { move(1); event.preventDefault(); }
    else if (event.key === 'ArrowUp') { move(-1); event.preventDefault(); }
    else if (event.key === 'Enter') { const value = current?.value ?? (creates ? typed : ''); if (value) choose(value); event.preventDefault(); }
    else if (event.key === 'Escape' && open) { setOpen(false); event.preventDefault(); event.stopPropagation(); }
    else if (event.key === 'Backspace' && text === '') props.onBackspace?.();
  };
  return (
    <div class="combobox" ref={box} onFocusOut={(event) => { if (!box.current?.contains(event.relatedTarget as Node)) setOpen(false); }}>
      <div class={`input-like ${props.invalid ? 'invalid' : ''}`}>
        {props.before}
        <input
          id={id} role="combobox" aria-expanded={open && all.length > 0} aria-controls={list} aria-autocomplete="list" autocomplete="off" spellcheck={false}
          aria-activedescendant={current ? `${list}-${at}` : undefined} aria-label={props.label} aria-describedby={props.describedBy}
          value={text} placeholder={props.placeholder} maxLength={512}
          onInput={(event) => { onText(event.currentTarget.value); setOpen(true); setAt(-1); }}
          onKeyDown={onKey} onFocus={() => setOpen(true)} onClick={() => setOpen(true)}
        />
      </div>
      <ul id={list} role="listbox" aria-label={say.combobox.suggestions} class="options" hidden={!open || all.length === 0}>
        {all.map((one, i) => (
          <li
            key={one.value} id={`${list}-${i}`} role="option" aria-selected={i === at} onMouseDown={(event) => event.preventDefault()} onClick={() => choose(one.value)}
          >
            {one.create ? <><Icon name="add_16_regular" /><span class="grow">{sentence(say.combobox.create, { text: visible(one.value) })}</span></> : <>
              <span class="grow"><Text>{one.value}</Text>{one.about && <span class="about"><Text>{one.about}</Text></span>}</span>
              {one.count ? <span class="count">{one.count}</span> : null}
            </>}
          </li>
        ))}
      </ul>
    </div>
  );
}
