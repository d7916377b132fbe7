import { useEffect, useState } from 'preact/hooks';
import { Dialog } from './dialog';

/** useKeys calls what a key stands for, unless the person writes, or a dialog is open. */
export function useKeys(keys: Record<string, (event: KeyboardEvent) => void>): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || localStorage.getItem('incident-console-keys') === 'off') return;
      if ((event.target as Element).closest('input:not([type=checkbox]), textarea, select, dialog, [popover]')) return;
      const call = keys[event.key];
      if (!call) return;
      event.preventDefault();
      call(event);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  });
}

const all: [string, string][] = [
  ['j / k', 'Next / previous incident in the queue'], ['Enter', 'Open it'], ['x', 'Select it'], ['e', 'Manage it'], ['/', 'Search'],
  ['s a v t c', 'In an incident: summary, alerts, evidence, activities, comments'], ['q', 'Back to the queue'], ['?', 'These keys'],
];

/** Help lists the keys, and lets the person switch them off. */
export function Help() {
  const [open, setOpen] = useState(false);
  const [off, setOff] = useState(localStorage.getItem('incident-console-keys') === 'off');
  useKeys({ '?': () => setOpen(true) });
  if (!open) return null;
  return (
    <Dialog title="Keys" onClose={() => setOpen(false)}>
      <dl class="keys">{all.map(([key, text]) => <><dt key={key}>{key.split(' ').map((one) => (one === '/' && key !== '/' ? ' / ' : <kbd key={one}>{one}</kbd>))}</dt><dd>{text}</dd></>)}</dl>
      <label class="check"><input type="checkbox" checked={!off} onChange={(event) => { localStorage.setItem('incident-console-keys', event.currentTarget.checked ? 'on' : 'off'); setOff(!event.currentTarget.checked); }} />Single keys do something</label>
    </Dialog>
  );
}
