import { useState } from 'preact/hooks';
import { AlertHead, AlertRows, Group, type Chosen } from './alertrows';
import { isNoRight } from './api';
import { count, defanged, plural, visible, word } from './format';
import { useKeys } from './keys';
import { Link } from './link';
import { fill, say, sentence } from './messages';
import { Move } from './move';
import { Partly } from './partly';
import { useRead } from './read';
import { go, incidentPath } from './route';
import { ProblemPage } from './states';
import { Targets } from './targets';
import { severities, type AlertPage, type Incident, type Me } from './types';
import { Banner, Button, Empty, Icon, Skeleton, Text } from './ui';

/** none stands for alerts that have nothing of a kind: no assignee, no technique, no evidence. */
const none = '-';

/** inWords are the filters that no field shows, and what is said of their values. */
const inWords: Record<string, (value: string) => string> = {
  title: (value) => value,
  technique: (value) => (value === none ? say.alerts.noTechnique : value),
  entity: (value) => {
    if (value === none) return say.alerts.noEvidence;
    const [kind = '', namespace = '', ...rest] = value.split(':');
    const thing = { kind: word(kind), name: defanged(kind, rest.join(':')) };
    return namespace ? sentence(say.alerts.thingIn, { ...thing, namespace }) : sentence(say.alerts.thing, thing);
  },
};

const groupings: [string, string][] = [['title', say.alerts.byTitle], ['technique', say.alerts.byTechnique], ['entity', say.alerts.byEntity]];

/** notFilters are parameters that do not choose alerts. */
const notFilters = ['group', 'sort', 'page'];

interface TabProps { me: Me; incident: Incident; path: string; may: boolean; search: URLSearchParams }

/** AlertsTab lists the alerts of an incident page by page, and moves them. What it lists stands in the address. */
export function AlertsTab({ me, incident, path, may, search }: TabProps) {
  const read = useRead<AlertPage>(`${path}/alerts?${search}`, incident.namespace, incident.name, 'alerts');
  const [names, setNames] = useState<Set<string>>(new Set());
  const [linking, setLinking] = useState(false);
  const [moving, setMoving] = useState<{ alerts: string[]; to?: string }>();
  const [dragged, setDragged] = useState<string[]>();
  useKeys({ m: () => { if (may && names.size > 0) setMoving({ alerts: [...names] }); } });
  if (!read.found || isNoRight(read.problem)) return read.problem ? <ProblemPage problem={read.problem} onRetry={read.retry} /> : <div class="card"><Skeleton lines={9} /></div>;
  const found = read.found;
  const chosen: Chosen = {
    names, onDrag: (name) => setDragged(name === undefined ? undefined : names.has(name) ? [...names] : [name]),
    toggle: (some, on) => setNames((now) => { const next = new Set(now); for (const name of some) if (on) next.add(name); else next.delete(name); return next; }),
  };
  const address = (changes: Record<string, string>) => {
    const next = new URLSearchParams(search);
    if (!('page' in changes)) next.delete('page');
    for (const [name, value] of Object.entries(changes)) if (value) next.set(name, value); else next.delete(name);
    return next;
  };
  const show = (changes: Record<string, string>) => go(incidentPath(me.cluster, incident, 'alerts', address(changes).toString()), true);
  const link = may && incident.state !== 'Redirected' && <Button icon="link_16_regular" onClick={() => setLinking(true)}>{say.link.title}</Button>;
  const linker = linking && <Link incident={incident} onClose={(done) => { setLinking(false); if (done) read.retry(); }} />;
  if (found.whole && found.read === 0) return <div class="card"><Empty icon="alert_16_regular" title={say.alerts.none} action={link}>{say.alerts.noneWhy}</Empty>{linker}</div>;
  const rows = (shown = found.rows) => <AlertRows rows={shown} me={me} incident={incident} may={may} chosen={chosen} />;
  const by = found.groups && search.get('group')!;
  return (
    <div class="alerts-tab" data-chosen={names.size || undefined}>
      <div class="toolbar">
        <Filters found={found} search={search} onSet={(name, value) => show({ [name]: value })} />
        <Status found={found} filtered={[...search.keys()].some((name) => !notFilters.includes(name))} />
        <div class="buttons">
          {link}
          {may && <Button icon="arrow_move_20_regular" disabled={names.size === 0} onClick={() => setMoving({ alerts: [...names] })}>{sentence(say.alerts.move, { number: names.size > 0 ? count(names.size) : '' })}</Button>}
          {names.size > 0 && <Button kind="subtle" icon="dismiss_16_regular" aria-label={say.alerts.chooseNone} onClick={() => setNames(new Set())} />}
        </div>
      </div>
      <Chips search={search} onRemove={(name) => show({ [name]: '' })} />
      {found.problems.map((one) => <Banner key={one.parameter} kind="warning" icon="warning_16_filled">{fill(say.alerts.leftOut, { filter: <b><Text>{one.parameter}</Text></b>, why: <Text>{one.message}</Text> })}</Banner>)}
      {!found.whole && <Partly incident={incident} read={found.read} cut={found.cut} covers={say.partly.list} onRetry={read.retry} />}
      <div class="card table-card">
        <table class="grid">
          <caption class="hidden">{sentence(say.alerts.caption, { sort: found.sort })}</caption>
          <AlertHead rows={by ? [] : found.rows} sort={found.sort} may={may} chosen={chosen} onSort={(key) => show({ sort: key === 'time' ? '' : key })} />
          {by ? found.groups!.groups.map((group) => (
            <Group
              key={`${by} ${group.value}`} label={inWords[by]!(group.value)} number={group.alerts} incident={incident} columns={may ? 8 : 7}
              path={`${path}/alerts?${address({ group: '', [by]: group.value })}`} onAll={() => show({ group: '', [by]: group.value })}
            >{rows}</Group>
          )) : <tbody>{rows()}</tbody>}
        </table>
        {found.matched === 0 && found.read > 0 && <Empty icon="search_20_regular" title={say.alerts.noMatch}>{say.alerts.noMatchWhy}</Empty>}
      </div>
      {by ? found.groups!.more > 0 && <p class="quiet">{sentence(say.alerts.groupsLeft, { groups: plural(found.groups!.more, say.alerts.smaller) })}</p> : <Pages found={found} onPage={(page) => { show({ page: page > 1 ? String(page) : '' }); document.getElementById('main')?.scrollIntoView(); }} />}
      {dragged && <Targets incident={incident} number={dragged.length} onDrop={(to) => { setMoving({ alerts: dragged, to }); setDragged(undefined); }} />}
      {linker}
      {moving && <Move me={me} incident={incident} {...moving} onClose={(done) => { setMoving(undefined); if (done) { setNames(new Set()); read.retry(); } }} />}
    </div>
  );
}

/** Status counts what is shown. */
const Status = ({ found, filtered }: { found: AlertPage; filtered: boolean }) => (
  <span class="quiet" role="status">{filtered ? sentence(say.alerts.of, { alerts: plural(found.matched, say.alert), total: count(found.read) }) : plural(found.matched, say.alert)}</span>
);

function Filters({ found, search, onSet }: { found: AlertPage; search: URLSearchParams; onSet: (name: string, value: string) => void }) {
  const select = (name: string, label: string, values: [string, string][]) => (
    <label class="select-like"><span class="hidden">{label}</span><select value={search.get(name) ?? ''} onChange={(event) => onSet(name, event.currentTarget.value)}>
      <option value="">{label}</option>{values.map(([value, text]) => <option key={value} value={value}>{text}</option>)}
    </select></label>
  );
  const known = (values: string[], shown = (value: string) => value): [string, string][] => values.map((value) => [value, visible(shown(value))]);
  const { assignees, sources, categories, unassigned } = found.choices;
  return (
    <>
      <label class="search input-like"><Icon name="search_16_regular" /><span class="hidden">{say.alerts.find}</span><input type="search" placeholder={say.alerts.find} maxLength={256} value={search.get('search') ?? ''} onInput={(event) => onSet('search', event.currentTarget.value)} /></label>
      {select('state', say.alerts.anyState, [['Open', say.alerts.open], ['Resolved', say.alerts.resolved]])}
      {select('severity', say.alerts.anySeverity, severities.map((one) => [one, one]))}
      {select('assignee', say.alerts.anybody, [...(unassigned ? [[none, say.alerts.nobody] as [string, string]] : []), ...known(assignees)])}
      {select('source', say.alerts.anySource, known(sources))}
      {select('tactic', say.alerts.anyTactic, known(categories, word))}
      {select('group', say.alerts.notGrouped, groupings)}
    </>
  );
}

/** Chips are the filters that no field shows. */
function Chips({ search, onRemove }: { search: URLSearchParams; onRemove: (name: string) => void }) {
  const asked = [...search].filter(([name]) => Object.hasOwn(inWords, name));
  if (asked.length === 0) return null;
  return (
    <ul class="chips" aria-label={say.filters.chips}>{asked.map(([name, value]) => (
      <li key={name} class="chip"><Text>{inWords[name]!(value)}</Text><button type="button" class="remove" aria-label={sentence(say.filters.remove, { filter: visible(inWords[name]!(value)) })} onClick={() => onRemove(name)}><Icon name="dismiss_16_regular" /></button></li>
    ))}</ul>
  );
}

function Pages({ found: { page, pages }, onPage }: { found: AlertPage; onPage: (page: number) => void }) {
  if (pages < 2) return null;
  return (
    <nav class="pages" aria-label={say.queue.pages}>
      <Button icon="chevron_left_16_regular" disabled={page <= 1} onClick={() => onPage(page - 1)}>{say.alerts.previous}</Button>
      <span role="status">{sentence(say.queue.page, { page: count(page), pages: count(pages) })}</span>
      <Button icon="chevron_right_16_regular" disabled={page >= pages} onClick={() => onPage(page + 1)}>{say.alerts.next}</Button>
    </nav>
  );
}
