import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { useSuggestions } from './combobox';
import { count, defanged, plural, visible, word } from './format';
import { entityOf } from './graph';
import { useKeys } from './keys';
import { Move } from './move';
import type { Read } from './read';
import { go, incidentPath } from './route';
import { ProblemPage } from './states';
import { severities, type Alert, type Alerts, type Incident, type Me } from './types';
import { Banner, Button, Empty, Icon, Person, Prose, SeverityMark, Skeleton, StateMark, Text, Time } from './ui';

type Filter = (alert: Alert, value: string) => boolean;

/** filters are those of the address, by the names of their parameters. */
const filters: Record<string, Filter> = {
  search: (alert, text) => [alert.title, alert.name, alert.service, alert.category, alert.assignee].some((one) => one?.toLowerCase().includes(text.toLowerCase())),
  state: (alert, state) => (state === 'Resolved') === (alert.state === 'Resolved'),
  severity: (alert, severity) => alert.severity === severity,
  assignee: (alert, assignee) => (alert.assignee ?? '') === (assignee === nobody ? '' : assignee),
  source: (alert, source) => alert.service === source,
  tactic: (alert, category) => alert.category === category,
  title: (alert, title) => alert.title === title,
  entity: (alert, entity) => (alert.evidence ?? []).some((group) => group.things.some((thing) => entityOf(group.kind, thing.name, thing.namespace).toLowerCase() === entity.toLowerCase())),
};

/** nobody stands for alerts without an assignee. */
const nobody = '-';

/** said is how a filter that no field shows is put into words. */
const said = (name: string, value: string) => {
  if (name !== 'entity') return value;
  const [kind = '', namespace = '', ...rest] = value.split(':');
  return `${word(kind)} ${defanged(kind, rest.join(':'))}${namespace ? ` in ${namespace}` : ''}`;
};

/** groupings say to which groups an alert belongs. */
const groupings: Record<string, [string, (alert: Alert) => string[]]> = {
  title: ['By title', (alert) => [alert.title]],
  technique: ['By technique', (alert) => alert.techniques ?? []],
  entity: ['By entity', (alert) => (alert.evidence ?? []).flatMap((group) => group.things.map((thing) => said('entity', entityOf(group.kind, thing.name, thing.namespace))))],
};

/** grouped are the alerts by group, the largest first; those that belong to none come last. */
function grouped(alerts: Alert[], by: string): [string, Alert[]][] {
  const groups = new Map<string, Alert[]>();
  const rest: Alert[] = [];
  for (const alert of alerts) {
    const names = groupings[by]![1](alert);
    if (names.length === 0) rest.push(alert);
    for (const name of names) groups.set(name, [...(groups.get(name) ?? []), alert]);
  }
  const sorted = [...groups].sort(([a, some], [b, others]) => others.length - some.length || a.localeCompare(b));
  return rest.length > 0 ? [...sorted, ['', rest]] : sorted;
}

interface TabProps { me: Me; incident: Incident; read: Read<Alerts>; may: boolean; search: URLSearchParams }

/** AlertsTab lists the alerts of an incident, and moves them. What it lists stands in the address. */
export function AlertsTab({ me, incident, read, may, search }: TabProps) {
  const [chosen, setChosen] = useState<Set<string>>(new Set());
  const [open, setOpen] = useState<string>();
  const [moving, setMoving] = useState<{ alerts: string[]; to?: string }>();
  const [dragged, setDragged] = useState<string[]>();
  const visibleChosen = (read.found?.alerts ?? []).filter((alert) => chosen.has(alert.name)).map((alert) => alert.name);
  useKeys({ m: () => { if (may && visibleChosen.length > 0) setMoving({ alerts: visibleChosen }); } });
  if (!read.found) return read.problem ? <ProblemPage problem={read.problem} onRetry={read.retry} /> : <div class="card"><Skeleton lines={9} /></div>;
  const all = read.found.alerts;
  if (all.length === 0) return <div class="card"><Empty icon="alert_16_regular" title="No alert is linked">An alert comes here when somebody, or a rule, links it.</Empty></div>;
  const asked = [...search].filter(([name]) => filters[name]);
  const shown = all.filter((alert) => asked.every(([name, value]) => filters[name]!(alert, value)));
  const by = groupings[search.get('group') ?? ''] ? search.get('group')! : '';
  const set = (name: string, value: string) => {
    const next = new URLSearchParams(search);
    if (value) next.set(name, value); else next.delete(name);
    go(incidentPath(me.cluster, incident, 'alerts', next.toString()), true);
  };
  const select = (name: string, label: string, values: [string, string][]) => (
    <label class="select-like"><span class="hidden">{label}</span><select value={search.get(name) ?? ''} onChange={(event) => set(name, event.currentTarget.value)}>
      <option value="">{label}</option>{values.map(([value, text]) => <option key={value} value={value}>{text}</option>)}
    </select></label>
  );
  const known = (of: (alert: Alert) => string | undefined): [string, string][] => [...new Set(all.map((alert) => of(alert) ?? ''))].filter(Boolean).sort().map((one) => [one, visible(one)]);
  const toggle = (name: string, on: boolean) => setChosen((now) => { const next = new Set(now); if (on) next.add(name); else next.delete(name); return next; });
  const row = (alert: Alert) => <Row key={alert.name} alert={alert} me={me} may={may} on={chosen.has(alert.name)} open={open === alert.name} onDrag={(on) => setDragged(on ? (chosen.has(alert.name) ? visibleChosen : [alert.name]) : undefined)} onToggle={(on) => toggle(alert.name, on)} onOpen={() => setOpen(open === alert.name ? undefined : alert.name)} />;
  return (
    <div class="alerts-tab">
      <div class="toolbar">
        <label class="search input-like"><Icon name="search_16_regular" /><span class="hidden">Find an alert</span><input type="search" placeholder="Find an alert" value={search.get('search') ?? ''} onInput={(event) => set('search', event.currentTarget.value)} /></label>
        {select('state', 'Any state', [['Open', 'Not resolved'], ['Resolved', 'Resolved']])}
        {select('severity', 'Any severity', severities.map((one) => [one, one]))}
        {select('assignee', 'Anybody', [...(all.some((alert) => !alert.assignee) ? [[nobody, 'Nobody'] as [string, string]] : []), ...known((alert) => alert.assignee)])}
        {select('source', 'Any source', known((alert) => alert.service))}
        {select('tactic', 'Any tactic', known((alert) => alert.category).map(([value]) => [value, visible(word(value))]))}
        {select('group', 'Not grouped', Object.entries(groupings).map(([key, [label]]) => [key, label]))}
        <span class="quiet" role="status">{plural(shown.length, 'alert')}{shown.length < all.length ? ` of ${count(all.length)}` : ''}</span>
        <span class="grow" />
        {may && <Button icon="arrow_move_20_regular" disabled={visibleChosen.length === 0} onClick={() => setMoving({ alerts: visibleChosen })}>Move {visibleChosen.length > 0 ? count(visibleChosen.length) : ''}</Button>}
      </div>
      {asked.some(([name]) => name === 'title' || name === 'entity') && <ul class="chips" aria-label="Filters">
        {asked.filter(([name]) => name === 'title' || name === 'entity').map(([name, value]) => (
          <li key={name} class="chip"><Text>{said(name, value)}</Text><button type="button" class="remove" aria-label={`Remove the filter ${visible(said(name, value))}`} onClick={() => set(name, '')}><Icon name="dismiss_16_regular" /></button></li>
        ))}
      </ul>}
      {read.found.more > 0 && <Banner kind="info" icon="info_16_regular">The latest {count(all.length)} alerts are listed. {count(read.found.more)} more are counted, and listed by <code>kubectl incident alerts</code>.</Banner>}
      <div class="card table-card">
        <table class="grid">
          <thead><tr>
            {may && <th class="c-check" scope="col"><input type="checkbox" aria-label="Select all alerts that are listed" checked={shown.length > 0 && shown.every((alert) => chosen.has(alert.name))} onChange={(event) => setChosen(event.currentTarget.checked ? new Set(shown.map((alert) => alert.name)) : new Set())} /></th>}
            <th class="c-severity" scope="col">Severity</th><th class="c-title" scope="col">Alert</th><th class="c-state" scope="col">State</th><th class="c-assignee" scope="col">Assignee</th><th class="c-tactics" scope="col">Tactic</th><th class="c-source" scope="col">Source</th><th class="c-activity" scope="col">Last activity</th>
          </tr></thead>
          {by ? grouped(shown, by).map(([name, alerts]) => <Group key={`${by} ${name}`} name={name} number={alerts.length} columns={may ? 8 : 7}>{() => alerts.map(row)}</Group>) : <tbody>{shown.map(row)}</tbody>}
        </table>
        {shown.length === 0 && <Empty icon="search_20_regular" title="No alert matches">Take a filter away to see more.</Empty>}
      </div>
      {dragged && <Targets incident={incident} number={dragged.length} onDrop={(to) => { setMoving({ alerts: dragged, to }); setDragged(undefined); }} />}
      {moving && <Move incident={incident} {...moving} onClose={(done) => { setMoving(undefined); if (done) { setChosen(new Set()); read.retry(); } }} />}
    </div>
  );
}

/** Group is closed at first: that an alert belongs to many makes no page long. */
function Group({ name, number, columns, children }: { name: string; number: number; columns: number; children: () => ComponentChildren }) {
  const [open, setOpen] = useState(false);
  return (
    <tbody>
      <tr class="group"><th scope="rowgroup" colSpan={columns}>
        <button type="button" class="as-link" aria-expanded={open} onClick={() => setOpen(!open)}><Icon name={open ? 'chevron_down_16_regular' : 'chevron_right_16_regular'} />{name ? <Text>{name}</Text> : 'None'}<span class="badge">{count(number)}</span></button>
      </th></tr>
      {open && children()}
    </tbody>
  );
}

interface RowProps { alert: Alert; me: Me; may: boolean; on: boolean; open: boolean; onDrag: (on: boolean) => void; onToggle: (on: boolean) => void; onOpen: () => void }

function Row({ alert, me, may, on, open, onDrag, onToggle, onOpen }: RowProps) {
  return (
    <>
      <tr draggable={may} onDragStart={() => onDrag(true)} onDragEnd={() => onDrag(false)} class={`${on ? 'selected' : ''} ${alert.state === 'Resolved' ? 'over' : ''}`}>
        {may && <td class="c-check"><input type="checkbox" aria-label={`Select ${visible(alert.title)}`} checked={on} onChange={(event) => onToggle(event.currentTarget.checked)} /></td>}
        <td class="c-severity"><SeverityMark of={alert.severity} /></td>
        <td class="c-title">
          <button type="button" class="title as-link" aria-expanded={open} onClick={onOpen}><Text>{alert.title}</Text></button>
          <div class="sub"><span class="mono"><Text>{alert.name}</Text></span>{alert.occurrences > 1 && <span class="quiet">seen {count(alert.occurrences)} times</span>}{alert.inherited?.held && <span class="flag warning"><Icon name="warning_16_filled" />Held</span>}</div>
        </td>
        <td class="c-state"><StateMark of={alert.state} /></td>
        <td class="c-assignee"><Person name={alert.assignee} me={me.user} /></td>
        <td class="c-tactics"><Text>{word(alert.category)}</Text></td>
        <td class="c-source"><Text>{alert.service}</Text></td>
        <td class="c-activity"><Time at={alert.last} /></td>
      </tr>
      {open && <tr class="opened"><td colSpan={may ? 8 : 7}><Detail alert={alert} /></td></tr>}
    </>
  );
}

/** Targets are the incidents on which alerts can be dropped. Who uses no pointer has the button and its key for the same. */
function Targets({ incident, number, onDrop }: { incident: Incident; number: number; onDrop: (to: string) => void }) {
  const [over, setOver] = useState('');
  const all = useSuggestions('incident', incident.namespace, '', true).filter((one) => one.value !== incident.name);
  return (
    <aside class="targets" aria-label="Drop on an incident">
      <h2>Drop {plural(number, 'alert')} on an incident</h2>
      {all.length === 0 && <p class="quiet">No other incident is open in {incident.namespace}.</p>}
      <ul>{all.map((one) => (
        <li
          key={one.value} class={over === one.value ? 'over' : ''} onDragEnter={() => setOver(one.value)}
          onDragOver={(event) => event.preventDefault()} onDrop={(event) => { event.preventDefault(); onDrop(one.value); }}
        ><b><Text>{one.about}</Text></b><span class="mono quiet">{one.value}</span></li>
      ))}</ul>
    </aside>
  );
}

/** hostOf is where an address leads; empty for anything but http and https, which is then no link. */
function hostOf(url?: string): string {
  try {
    const parsed = new URL(url ?? '');
    return (parsed.protocol === 'https:' || parsed.protocol === 'http:') && !parsed.username ? parsed.host : '';
  } catch {
    return '';
  }
}

function Detail({ alert }: { alert: Alert }) {
  const host = hostOf(alert.url);
  const given = alert.inherited;
  return (
    <div class="alert-detail">
      {alert.description && <Prose>{alert.description}</Prose>}
      <dl class="facts">
        {alert.detector && <><dt>Detector</dt><dd><Text>{alert.detector}</Text></dd></>}
        {(alert.techniques ?? []).length > 0 && <><dt>Techniques</dt><dd>{alert.techniques!.map((one) => <span key={one} class="technique mono"><Text>{one}</Text></span>)}</dd></>}
        <dt>First activity</dt><dd><Time at={alert.first} /></dd>
        {alert.linkedBy && <><dt>Correlated</dt><dd><Text>{alert.linkedFor}</Text> <span class="quiet">(policy <Text>{alert.linkedBy}</Text>)</span></dd></>}
        {given?.assignee && <><dt>Assignee</dt><dd>given by the incident; before: <Text>{given.overAssignee || 'nobody'}</Text></dd></>}
        {given?.state && <><dt>Resolution</dt><dd>{given.held ? 'held: it came after the resolution' : <>given by the incident; before: {word(given.overState)}</>}</dd></>}
        {(alert.evidence ?? []).map((group) => <Fragmented key={group.kind} kind={group.kind} names={group.things.map((thing) => thing.name)} />)}
        {alert.url && <><dt>Source</dt><dd>{host ? <a href={alert.url} target="_blank" rel="noopener noreferrer">Open at <Text>{host}</Text></a> : <><Text>{alert.url}</Text> <span class="quiet">(not a link: it is no http address)</span></>}</dd></>}
      </dl>
    </div>
  );
}

const Fragmented = ({ kind, names }: { kind: string; names: string[] }) => (
  <><dt>{kind === kind.toUpperCase() ? kind : word(kind)}</dt><dd>{names.slice(0, 12).map((name) => <span key={name} class="technique mono"><Text>{name}</Text></span>)}{names.length > 12 && <span class="quiet">+{names.length - 12}</span>}</dd></>
);
