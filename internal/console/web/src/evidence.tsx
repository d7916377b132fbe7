import { useState } from 'preact/hooks';
import { count, defanged, plural, visible, word } from './format';
import { ProblemPage } from './states';
import { EntityGraph, entityOf } from './graph';
import { fill, say, sentence } from './messages';
import { useRead, type Read } from './read';
import { incidentPath, queuePath } from './route';
import { KindIcon } from './summary';
import type { Alerts, Elsewhere, Incident, Me, Related } from './types';
import { Button, Empty, Icon, Skeleton, Text, Time } from './ui';

// Detectors disagree about letter case, so it does not tell things apart.
const same = (a = '', b = '') => a.toLowerCase() === b.toLowerCase();

/** Evidence lists what the alerts are about, by kind. */
export function Evidence({ me, incident, read }: { me: Me; incident: Incident; read: Read<Alerts> }) {
  const [text, set] = useState('');
  const path = `/api/incidents/${encodeURIComponent(incident.namespace)}/${encodeURIComponent(incident.name)}/related`;
  const elsewhere = useRead<Related>(path, incident.namespace, incident.name);
  const others = elsewhere.found?.elsewhere ?? [];
  if (!read.found) return read.problem ? <ProblemPage problem={read.problem} onRetry={read.retry} /> : <div class="card"><Skeleton lines={9} /></div>;
  const groups = read.found.evidence;
  if (groups.length === 0 && !read.found.whole) return read.found.cut ? null : <div class="card"><Skeleton lines={9} /></div>;
  if (groups.length === 0) return <div class="card"><Empty icon="search_20_regular" title={say.evidence.none}>{say.evidence.noneWhy}</Empty></div>;
  const shown = groups.map((group) => ({ ...group, things: group.things.filter((thing) => thing.name.toLowerCase().includes(text.toLowerCase())) })).filter((group) => group.things.length > 0);
  return (
    <div class="evidence">
      <EntityGraph me={me} incident={incident} of={read.found.graph} />
      <div class="toolbar"><label class="search input-like"><Icon name="search_16_regular" /><span class="hidden">{say.evidence.find}</span><input type="search" placeholder={say.evidence.find} value={text} onInput={(event) => set(event.currentTarget.value)} /></label>
        <span class="quiet" role="status">{plural(shown.reduce((sum, group) => sum + group.things.length, 0), say.evidence.thing)}</span></div>
      {shown.length === 0 && <div class="card"><Empty icon="search_20_regular" title={say.evidence.noMatch}>{sentence(say.evidence.noMatchWhy, { text: visible(text) })}</Empty></div>}
      {shown.map((group) => (
        <section key={group.kind} class="card table-card" aria-label={word(group.kind)}>
          <h2><KindIcon of={group.kind} />{group.kind === 'IP' || group.kind === 'URL' || group.kind === 'DNS' ? group.kind : word(group.kind)}<span class="badge">{count(group.things.length + (group.more ?? 0))}</span></h2>
          <table class="grid dense">
            <thead><tr><th scope="col" class="c-title">{say.evidence.name}</th><th scope="col" class="c-role">{say.evidence.role}</th><th scope="col" class="c-number">{say.evidence.alerts}</th><th scope="col" class="c-elsewhere">{say.evidence.elsewhere}</th><th scope="col" class="c-activity">{say.evidence.first}</th><th scope="col" class="c-activity">{say.evidence.last}</th><th scope="col" class="c-more"><span class="hidden">{say.evidence.copy}</span></th></tr></thead>
            <tbody>{group.things.map((thing) => (
              <tr key={`${thing.namespace}/${thing.name}`}>
                <td class="c-title">
                  <a class="mono" href={incidentPath(me.cluster, incident, 'alerts', new URLSearchParams({ entity: entityOf(group.kind, thing.name, thing.namespace) }).toString())}><Text>{defanged(group.kind, thing.name)}</Text></a>
                  {thing.namespace && <span class="quiet"> {fill(say.evidence.inNamespace, { namespace: <Text>{thing.namespace}</Text> })}</span>}
                </td>
                <td class="c-role">{(thing.roles ?? []).map((role) => <span key={role.role} class={`role role-${role.role.toLowerCase()}`}>{role.role}</span>)}</td>
                <td class="c-number">{count(thing.alerts)}<span class="narrow-only quiet"> {thing.alerts === 1 ? say.alert[0] : say.alert[1]}</span></td>
                <td class="c-elsewhere"><Others me={me} namespace={incident.namespace} name={thing.name} of={others.find((one) => one.kind === group.kind && same(one.name, thing.name) && same(one.namespace, thing.namespace))} known={Boolean(elsewhere.found)} /></td>
                <td class="c-activity"><Time at={thing.first} /></td>
                <td class="c-activity"><Time at={thing.last} /></td>
                <td class="c-more"><Button kind="subtle" icon="copy_16_regular" aria-label={sentence(say.evidence.copyOne, { name: visible(thing.name) })} onClick={() => void navigator.clipboard.writeText(thing.name)} /></td>
              </tr>
            ))}</tbody>
          </table>
          {group.more && <p class="quiet left-out">{sentence(say.evidence.moreThings, { number: count(group.more) })}</p>}
        </section>
      ))}
    </div>
  );
}

/** Others names the other open incidents that have a thing. */
function Others({ me, namespace, name, of, known }: { me: Me; namespace: string; name: string; of?: Elsewhere; known: boolean }) {
  if (!of) return <span class="quiet">{known ? say.evidence.nowhere : '…'}</span>;
  return (
    <>
      <span class="narrow-only quiet">{say.evidence.elsewhere}: </span>
      {of.incidents.map((one) => <a key={one.name} class="other" href={incidentPath(me.cluster, { namespace, name: one.name })}><Text>{one.title}</Text></a>)}
      {of.more ? <a class="other" href={queuePath(me.cluster, new URLSearchParams({ namespace, entity: name }).toString())}>{sentence(say.evidence.more, { number: count(of.more) })}</a> : null}
    </>
  );
}
