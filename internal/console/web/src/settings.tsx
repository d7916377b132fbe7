import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { say } from './messages';
import { setting, useSetting } from './setting';
import { Button, Icon } from './ui';

/** applySettings makes the page look as the person chose. */
export function applySettings(): void {
  const root = document.documentElement;
  root.dataset.theme = setting('theme', 'system');
  root.dataset.density = setting('density', 'comfortable');
}

function Choice({ name, label, of, fallback }: { name: string; label: string; of: Record<string, string>; fallback: string }) {
  const [value, set] = useSetting(name, fallback);
  return (
    <fieldset class="choice">
      <legend>{label}</legend>
      {Object.entries(of).map(([key, text]) => (
        <label key={key}>
          <input type="radio" name={name} checked={value === key} onChange={() => { set(key); applySettings(); }} />
          {text}
        </label>
      ))}
    </fieldset>
  );
}

/** Zone chooses in which time zone times are shown. The list is long, so it is made when the menu opens. */
function Zone({ open }: { open: boolean }) {
  const [zone, set] = useSetting('zone', 'local');
  const known = ['local', 'UTC', ...(open ? Intl.supportedValuesOf('timeZone').filter((one) => one !== 'UTC') : zone === 'local' || zone === 'UTC' ? [] : [zone])];
  return (
    <label class="choice zone">{say.settings.times}
      <select class="input" value={zone} onChange={(event) => set(event.currentTarget.value)}>
        {known.map((one) => <option key={one} value={one}>{one === 'local' ? say.settings.local : one}</option>)}
      </select>
    </label>
  );
}

/** Settings is the menu of the person. */
export function Settings({ onSignOut, children }: { onSignOut: () => void; children: ComponentChildren }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" class="button subtle account" popovertarget="settings">{children}<span class="hidden">{say.settings.look}</span><Icon name="chevron_down_16_regular" /></button>
      <div id="settings" popover="auto" class="menu settings" onToggle={(event) => setOpen((event.currentTarget as HTMLElement).matches(':popover-open'))}>
        <Choice name="theme" label={say.settings.colors} of={say.settings.themes} fallback="system" />
        <Choice name="density" label={say.settings.density} of={say.settings.densities} fallback="comfortable" />
        <Zone open={open} />
        <div class="last"><Button icon="sign_out_20_regular" onClick={onSignOut}>{say.settings.signOut}</Button><a href="/static/notices.txt" target="_blank" rel="noopener">{say.settings.licenses}</a></div>
      </div>
    </>
  );
}
