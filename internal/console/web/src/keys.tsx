import { useEffect, useLayoutEffect, useState } from 'preact/hooks';
import { Dialog } from './dialog';
import { say } from './messages';
import { go, queuePath } from './route';
import { setting, useSetting } from './setting';
import type { Me } from './types';
import { undo } from './undo';

/** patience is for how many milliseconds the second key of two may come. */
const patience = 1500;

let before = { key: '', at: 0 };
let typed = '';

// One listener that comes first notes what was typed, so that all others see the same.
document.addEventListener('keydown', (event) => {
  const second = before.key === 'g' && event.timeStamp - before.at < patience;
  typed = second ? `g ${event.key}` : event.key;
  before = { key: second ? '' : event.key, at: event.timeStamp };
}, true);

/** useKeys calls what a key stands for, unless the person writes, or a dialog is open; keys of a pane also work in that. */
export function useKeys(keys: Record<string, (event: KeyboardEvent) => void>, ofPane?: Record<string, (event: KeyboardEvent) => void>): void {
  useLayoutEffect(() => { // Together with what is drawn: a key means what one sees.
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || setting('keys', 'on') === 'off') return;
      const on = event.target as Element;
      if (on.closest('input:not([type=checkbox]):not([type=radio]), textarea, select')) return;
      const call = document.querySelector('dialog[open], :popover-open') ? ofPane?.[typed] : keys[typed] ?? ofPane?.[typed];
      if (!call) return;
      event.preventDefault();
      call(event);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  });
}

/** search leads to the field in which incidents are searched for. */
function search(me: Me): void {
  const field = document.querySelector<HTMLInputElement>('.queue .search input');
  if (field) return field.focus();
  go(queuePath(me.cluster));
  requestAnimationFrame(() => requestAnimationFrame(() => document.querySelector<HTMLInputElement>('.queue .search input')?.focus()));
}

/** Help lists the keys, and lets the person switch them off. */
export function Help({ me }: { me?: Me }) {
  const [open, setOpen] = useState(false);
  const [keys, setKeys] = useSetting('keys', 'on');
  useKeys({
    '?': () => setOpen(true), 'g i': () => me && go(queuePath(me.cluster)), 'g m': () => me && go(queuePath(me.cluster, 'assignee=%40me')), u: () => undo(),
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!me || event.key !== 'k' || !(event.ctrlKey || event.metaKey) || document.querySelector('dialog[open]')) return;
      event.preventDefault();
      search(me);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [me]);
  if (!open) return null;
  return (
    <Dialog title={say.keys.title} onClose={() => setOpen(false)}>
      <dl class="keys">{say.keys.all.map(([key, text]) => [<dt key={`${key} key`}>{key.split(' ').map((one) => (one === '…' ? ' … ' : <kbd key={one}>{one}</kbd>))}</dt>, <dd key={key}>{text}</dd>])}</dl>
      <label class="check"><input type="checkbox" checked={keys === 'on'} onChange={(event) => setKeys(event.currentTarget.checked ? 'on' : 'off')} />{say.keys.on}</label>
    </Dialog>
  );
}
