import { useState } from 'preact/hooks';
import { count, defanged, plural, visible, word } from './format';
import { ProblemPage } from './states';
import { EntityGraph } from './graph';
import type { Read } from './read';
import { KindIcon } from './summary';
import type { Alerts, Incident, Me } from './types';
import { Button, Empty, Icon, Skeleton, Text, Time } from './ui';

/** Evidence lists what the alerts are about, by kind. */
export function Evidence({ me, incident, read }: { me: Me; incident: Incident; read: Read<Alerts> }) {
  const [text, set] = useState('');
  if (!read.found) return read.problem ? <ProblemPage problem={read.problem} onRetry={read.retry} /> : <div class="card"><Skeleton lines={9} /></div>;
  const groups = read.found.evidence;
  if (groups.length === 0) return <div class="card"><Empty icon="search_20_regular" title="No evidence">The alerts name no device, user, address or file.</Empty></div>;
  const shown = groups.map((group) => ({ ...group, things: group.things.filter((thing) => thing.name.toLowerCase().includes(text.toLowerCase())) })).filter((group) => group.things.length > 0);
  return (
    <div class="evidence">
      <EntityGraph me={me} incident={incident} of={read.found.graph} />
      <div class="toolbar"><label class="search input-like"><Icon name="search_16_regular" /><span class="hidden">Find in the evidence</span><input type="search" placeholder="Find in the evidence" value={text} onInput={(event) => set(event.currentTarget.value)} /></label>
        <span class="quiet" role="status">{plural(shown.reduce((sum, group) => sum + group.things.length, 0), 'thing')}</span></div>
      {shown.length === 0 && <div class="card"><Empty icon="search_20_regular" title="Nothing matches">Nothing in the evidence has “{visible(text)}” in its name.</Empty></div>}
      {shown.map((group) => (
        <section key={group.kind} class="card table-card" aria-label={word(group.kind)}>
          <h2><KindIcon of={group.kind} />{group.kind === 'IP' || group.kind === 'URL' || group.kind === 'DNS' ? group.kind : word(group.kind)}<span class="badge">{count(group.things.length + (group.more ?? 0))}</span></h2>
          <table class="grid dense">
            <thead><tr><th scope="col" class="c-title">Name</th><th scope="col" class="c-role">Role</th><th scope="col" class="c-number">Alerts</th><th scope="col" class="c-activity">First</th><th scope="col" class="c-activity">Last</th><th scope="col" class="c-more"><span class="hidden">Copy</span></th></tr></thead>
            <tbody>{group.things.map((thing) => (
              <tr key={`${thing.namespace}/${thing.name}`}>
                <td class="c-title"><span class="mono"><Text>{defanged(group.kind, thing.name)}</Text></span>{thing.namespace && <span class="quiet"> in <Text>{thing.namespace}</Text></span>}</td>
                <td class="c-role">{(thing.roles ?? []).map((role) => <span key={role.role} class={`role role-${role.role.toLowerCase()}`}>{role.role}</span>)}</td>
                <td class="c-number">{count(thing.alerts)}<span class="narrow-only quiet"> {thing.alerts === 1 ? 'alert' : 'alerts'}</span></td>
                <td class="c-activity"><Time at={thing.first} /></td>
                <td class="c-activity"><Time at={thing.last} /></td>
                <td class="c-more"><Button kind="subtle" icon="copy_16_regular" aria-label={`Copy ${visible(thing.name)}`} onClick={() => void navigator.clipboard.writeText(thing.name)} /></td>
              </tr>
            ))}</tbody>
          </table>
          {group.more && <p class="quiet left-out">and {count(group.more)} more, which fewer alerts have.</p>}
        </section>
      ))}
    </div>
  );
}
