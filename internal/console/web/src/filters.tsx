import { useEffect, useRef, useState } from 'preact/hooks';
import { count, visible, word } from './format';
import { useKeys } from './keys';
import { Menu } from './menu';
import { say, sentence } from './messages';
import { queuePath } from './route';
import type { Count, Facets, Me, Queue } from './types';
import { Button, Icon, Text } from './ui';

type Change = (edit: (next: URLSearchParams) => void) => void;

const views: { label: string; search: string }[] = [
  { label: say.filters.open, search: '' }, { label: say.filters.mine, search: 'assignee=%40me' }, { label: say.filters.unassigned, search: 'unassigned=true' },
  { label: say.filters.severe, search: 'min-severity=High' }, { label: say.filters.resolved, search: 'state=Resolved' }, { label: say.filters.all, search: 'all=true' },
];

/** Views are the queues that people ask for most; each is an address. */
export function Views({ search, me }: { search: URLSearchParams; me: Me }) {
  const now = new URLSearchParams(search);
  ['page', 'sort', 'namespace'].forEach((name) => now.delete(name));
  const namespace = search.get('namespace');
  const to = (view: string) => queuePath(me.cluster, [view, namespace && `namespace=${encodeURIComponent(namespace)}`].filter(Boolean).join('&'));
  return (
    <nav class="views" aria-label={say.filters.views}>
      {views.map((view) => <a key={view.label} href={to(view.search)} aria-current={now.toString() === view.search ? 'page' : undefined}>{view.label}</a>)}
    </nav>
  );
}

const facets: { name: string; label: string; of: keyof Facets }[] = [
  { name: 'state', label: say.filters.state, of: 'states' }, { name: 'severity', label: say.filters.severity, of: 'severities' }, { name: 'assignee', label: say.filters.assignee, of: 'assignees' },
  { name: 'tag', label: say.filters.tag, of: 'tags' }, { name: 'source', label: say.filters.source, of: 'sources' }, { name: 'category', label: say.filters.category, of: 'categories' },
  { name: 'verdict', label: say.filters.verdict, of: 'verdicts' },
];

const times: [string, string][] = [['', say.filters.anyTime], ['1h', say.filters.hour], ['24h', say.filters['24h']], ['7d', say.filters['7d']], ['30d', say.filters['30d']]];

export function Filters({ search, facets: counts, change, me }: { search: URLSearchParams; facets?: Facets; change: Change; me: Me }) {
  const since = search.get('since') ?? '';
  return (
    <div class="filters" role="search">
      <Search search={search} change={change} />
      {facets.map((facet) => <Facet key={facet.name} {...facet} counts={counts?.[facet.of] ?? []} search={search} change={change} me={me} />)}
      <label class="select-like">
        <span class="hidden">{say.filters.activeIn}</span>
        <select value={since} onChange={(event) => { const to = event.currentTarget.value; change((next) => { if (to) next.set('since', to); else next.delete('since'); }); }}>
          {times.map(([value, label]) => <option key={value} value={value}>{label}</option>)}
          {!times.some(([value]) => value === since) && <option value={since}>{sentence(say.filters.last, { time: since })}</option>}
        </select>
      </label>
    </div>
  );
}

/** pause is how long nobody types before the queue is asked, in milliseconds. */
const pause = 50;

function Search({ search, change }: { search: URLSearchParams; change: Change }) {
  const asked = search.get('search') ?? '';
  const [text, set] = useState(asked);
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => set(asked), [asked]);
  useEffect(() => {
    if (text === asked) return;
    const timer = setTimeout(() => change((next) => { if (text.trim()) next.set('search', text.trim()); else next.delete('search'); }), pause);
    return () => clearTimeout(timer);
  }, [text]);
  useKeys({ '/': () => box.current?.focus() });
  return (
    <label class="search input-like">
      <Icon name="search_16_regular" />
      <span class="hidden">{say.filters.search}</span>
      <input ref={box} type="search" value={text} maxLength={256} placeholder={say.filters.hint} onInput={(event) => set(event.currentTarget.value)} />
    </label>
  );
}

interface FacetProps { name: string; label: string; counts: Count[]; search: URLSearchParams; change: Change; me: Me }

/** label of a value, where nobody is a value too. */
const valueText = (name: string, value: string) => (name === 'assignee' || name === 'tag' || name === 'source' ? value : word(value));

function Facet({ name, label, counts, search, change, me }: FacetProps) {
  const [text, set] = useState('');
  const values = search.getAll(name).map((value) => (value === '@me' ? me.user : value));
  const nobody = name === 'assignee' && search.get('unassigned') === 'true';
  const all = [...counts, ...values.filter((value) => !counts.some((one) => one.value.toLowerCase() === value.toLowerCase())).map((value) => ({ value, count: 0 }))];
  const shown = all.filter((one) => one.value.toLowerCase().includes(text.toLowerCase()) || word(one.value).toLowerCase().includes(text.toLowerCase()));
  const isOn = (value: string) => (value === '' ? nobody : values.some((one) => one.toLowerCase() === value.toLowerCase()));
  const toggle = (value: string) => change((next) => {
    if (value === '') { if (nobody) next.delete('unassigned'); else next.set('unassigned', 'true'); return; }
    const rest = values.filter((one) => one.toLowerCase() !== value.toLowerCase());
    const on = rest.length !== values.length;
    next.delete(name);
    for (const one of on ? rest : [...rest, value]) next.append(name, name === 'assignee' && one === me.user ? '@me' : one);
  });
  const number = values.length + (nobody ? 1 : 0);
  return (
    <Menu id={`facet-${name}`} label={label} class={number ? 'on' : ''} face={<>{label}{number > 0 && <span class="badge">{number}</span>}</>}>
      {() => <>
        {all.length > 8 && <input class="input" type="search" aria-label={sentence(say.filters.findIn, { facet: label })} placeholder={say.filters.find} value={text} onInput={(event) => set(event.currentTarget.value)} />}
        <div class="checks">
          {shown.map((one) => (
            <label key={one.value} class="check">
              <input type="checkbox" checked={isOn(one.value)} onChange={() => toggle(one.value)} />
              <span class="grow">{one.value === '' ? say.filters.nobody : <Text>{valueText(name, one.value)}</Text>}{one.value === me.user && name === 'assignee' ? ` ${say.you}` : ''}</span>
              <span class="count">{count(one.count)}</span>
            </label>
          ))}
          {shown.length === 0 && <p class="quiet">{say.filters.nothing}</p>}
        </div>
        {number > 0 && <Button kind="subtle" onClick={() => change((next) => { next.delete(name); if (name === 'assignee') next.delete('unassigned'); })}>{say.clear}</Button>}
      </>}
    </Menu>
  );
}

// Without what every object has: an address may ask for a filter of any name.
const chipNames: Record<string, string> = Object.assign(Object.create(null), Object.fromEntries(facets.map((facet) => [facet.name, facet.label])), say.filters.chip);

export function Chips({ search, problems, change, me }: { search: URLSearchParams; problems: Queue['problems']; change: Change; me: Me }) {
  const wrong = (name: string) => problems.find((one) => one.parameter === name);
  const chips = [...search].filter(([name]) => (name !== 'page' && name !== 'sort') || wrong(name));
  if (chips.length === 0) return null;
  const remove = (name: string, value: string) => change((next) => {
    const rest = next.getAll(name).filter((one) => one !== value);
    next.delete(name);
    rest.forEach((one) => next.append(name, one));
  });
  return (
    <ul class="chips" aria-label={say.filters.chips}>
      {chips.map(([name, value]) => {
        const problem = wrong(name);
        const said = value === '@me' ? `${me.user} ${say.you}` : valueText(name, value);
        const text = value === 'true' && chipNames[name] ? chipNames[name] : `${chipNames[name] ?? name}: ${said}`;
        return (
          <li key={`${name}=${value}`} class={`chip ${problem ? 'wrong' : ''}`}>
            {problem && <Icon name="error_circle_16_filled" />}
            <Text>{text}</Text>{problem && <span class="why"><Text>{problem.message}</Text></span>}
            <button type="button" class="remove" aria-label={sentence(say.filters.remove, { filter: visible(text) })} onClick={() => remove(name, value)}><Icon name="dismiss_16_regular" /></button>
          </li>
        );
      })}
      <li><Button kind="subtle" onClick={() => change((next) => [...next.keys()].forEach((name) => next.delete(name)))}>{say.filters.reset}</Button></li>
    </ul>
  );
}
