import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Button, Icon } from './ui';

const themes = { system: 'As the system', light: 'Light', dark: 'Dark' };
const densities = { comfortable: 'Comfortable', compact: 'Compact' };

const read = (name: string, fallback: string) => localStorage.getItem(`incident-console-${name}`) ?? fallback;

/** applySettings makes the page look as the person chose. */
export function applySettings(): void {
  const root = document.documentElement;
  root.dataset.theme = read('theme', 'system');
  root.dataset.density = read('density', 'comfortable');
}

function Choice({ name, label, of, fallback }: { name: string; label: string; of: Record<string, string>; fallback: string }) {
  const [value, set] = useState(read(name, fallback));
  return (
    <fieldset class="choice">
      <legend>{label}</legend>
      {Object.entries(of).map(([key, text]) => (
        <label key={key}>
          <input type="radio" name={name} checked={value === key} onChange={() => { localStorage.setItem(`incident-console-${name}`, key); set(key); applySettings(); }} />
          {text}
        </label>
      ))}
    </fieldset>
  );
}

/** Settings is the menu of the person. */
export function Settings({ onSignOut, children }: { onSignOut: () => void; children: ComponentChildren }) {
  return (
    <>
      <button type="button" class="button subtle account" popovertarget="settings" aria-label="You, and how the page looks">{children}<Icon name="chevron_down_16_regular" /></button>
      <div id="settings" popover="auto" class="menu settings">
        <Choice name="theme" label="Colors" of={themes} fallback="system" />
        <Choice name="density" label="Density" of={densities} fallback="comfortable" />
        <div class="last"><Button icon="sign_out_20_regular" onClick={onSignOut}>Sign out</Button><a href="/static/notices.txt" target="_blank" rel="noopener">Licenses</a></div>
      </div>
    </>
  );
}
