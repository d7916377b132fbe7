import { useState } from 'preact/hooks';
import { useSuggestions } from './combobox';
import { plural } from './format';
import { say, sentence } from './messages';
import type { Incident } from './types';
import { Text } from './ui';

/** Targets are the incidents on which alerts can be dropped. Who uses no pointer has the button and its key for the same. */
export function Targets({ incident, number, onDrop }: { incident: Incident; number: number; onDrop: (to: string) => void }) {
  const [over, setOver] = useState('');
  const all = useSuggestions('incident', incident.namespace, '', true).filter((one) => one.value !== incident.name);
  return (
    <aside class="targets" aria-label={say.targets.label}>
      <h2>{sentence(say.targets.title, { alerts: plural(number, say.alert) })}</h2>
      {all.length === 0 && <p class="quiet">{sentence(say.targets.none, { namespace: incident.namespace })}</p>}
      <ul>{all.map((one) => (
        <li
          key={one.value} class={over === one.value ? 'over' : ''} onDragEnter={() => setOver(one.value)}
          onDragOver={(event) => event.preventDefault()} onDrop={(event) => { event.preventDefault(); onDrop(one.value); }}
        ><b><Text>{one.about}</Text></b><span class="mono quiet">{one.value}</span></li>
      ))}</ul>
    </aside>
  );
}
