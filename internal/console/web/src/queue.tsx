import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { Failure, get, getFile, isNoRight, onNews } from './api';
import { BulkBar } from './bulk';
import { Chips, Filters, Views } from './filters';
import { count, plural } from './format';
import { useKeys } from './keys';
import { Manage, type Focus } from './manage';
import { Merge } from './merge';
import { fill, say, sentence } from './messages';
import { Overview } from './overview';
import { Columns } from './columns';
import { Rows, type Selected } from './rows';
import { go, queuePath, useReturn } from './route';
import { useSetting } from './setting';
import { ProblemPage } from './states';
import { remember } from './steps';
import { take } from './take';
import { toast } from './toast';
import type { Line, Me, Problem, Queue as Found, Reach } from './types';
import { Button, Empty, Skeleton } from './ui';

/** useQueue reads a window of the queue, and keeps its rows true without moving them. */
function useQueue(search: string) {
  const [found, setFound] = useState<Found>();
  const [shownFor, setShownFor] = useState<string>(); // The search of which the rows are shown.
  const [next, setNext] = useState<Found>();
  const [problem, setProblem] = useState<Problem>();
  const asked = useRef(0);
  const known = useRef(-1); // The version of what was read last.
  const showing = useRef(false); // What is read is to be shown, also if a later answer brings it.
  const reading = useRef<AbortController>(); // Ends what is read for another search: it may take the server long.
  const read = useCallback(async (show: boolean) => {
    const mine = ++asked.current;
    showing.current ||= show;
    try {
      const answer = await get<Found>(`/api/incidents?${search}`, reading.current?.signal);
      if (mine !== asked.current) return;
      setProblem(undefined);
      known.current = answer.version;
      if (showing.current) { setFound(answer); setShownFor(search); setNext(undefined); } else setNext(answer);
      showing.current = false;
    } catch (error) {
      if (mine !== asked.current || !(error instanceof Failure)) return;
      setProblem(error.problem);
      // What was shown is not what the address asks for, or the right to see it is gone.
      if (showing.current || isNoRight(error.problem)) setFound(undefined);
      showing.current = false;
    }
  }, [search]);
  useEffect(() => {
    const stop = reading.current = new AbortController();
    void read(true);
    return () => stop.abort();
  }, [read]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let latest = -1;
    let missed = false;
    // One read at a time: a server that is slow is not asked faster than it answers.
    let over = false;
    const readSoon = () => {
      if (over) return;
      if (timer) { missed = true; return; }
      timer = setTimeout(async () => {
        if (latest !== known.current) await read(false); // Else what came is in what was read meanwhile.
        timer = undefined;
        if (missed) { missed = false; readSoon(); }
      }, 700);
    };
    const stop = onNews((news) => {
      const changed = new Map(news.lines.map((line) => [line.uid, line]));
      if (changed.size > 0) setFound((now) => now && { ...now, lines: now.lines.map((line) => changed.get(line.uid) ?? line) });
      if (news.offline || news.version === latest) return; // It says only that the server is there, or is not.
      latest = news.version;
      readSoon();
    });
    return () => { stop(); over = true; clearTimeout(timer); };
  }, [read]);
  // What came anew changes the window at once if that moves no row, else when the person asks.
  useEffect(() => {
    if (!found || !next) return;
    const same = found.lines.length === next.lines.length && found.lines.every((line, i) => line.uid === next.lines[i]!.uid);
    if (same || found.lines.length === 0) { setFound(next); setNext(undefined); }
  }, [found, next]);
  const fresh = found && next ? next.lines.filter((line) => !found.lines.some((old) => old.uid === line.uid)).length : 0;
  const moved = Boolean(found && next);
  return { found: found && next ? { ...found, total: next.total, facets: next.facets, trend: next.trend, there: next.there } : found, problem, fresh, moved, shown: Boolean(found) && shownFor === search, show: () => { if (next) { setFound(next); setNext(undefined); } }, retry: () => read(true) };
}

const nothing: Selected = { all: false, keys: new Map(), except: new Set() };

export function Queue({ me, search }: { me: Me; search: URLSearchParams }) {
  const text = search.toString();
  const { found, problem, fresh, moved, shown, show, retry } = useQueue(text);
  useReturn(shown);
  const [managed, setManaged] = useState<{ line: Line; focus?: Focus }>();
  const [merged, setMerged] = useState<Line>();
  const [selected, setSelected] = useState<Selected>(nothing);
  const [overview, setOverview] = useSetting('overview', 'on');
  const filter = new URLSearchParams(search);
  ['page', 'sort'].forEach((name) => filter.delete(name));
  const filters = filter.toString();
  useEffect(() => setSelected(nothing), [filters]);
  useEffect(() => { document.title = found ? sentence(say.queue.counted, { number: count(found.total) }) : say.queue.title; }, [found?.total]);
  const at = () => [...document.querySelectorAll<HTMLAnchorElement>('.queue a.title')].findIndex((link) => link === document.activeElement || link.closest('tr')?.contains(document.activeElement));
  const step = (by: number) => { const links = document.querySelectorAll<HTMLAnchorElement>('.queue a.title'); links[Math.max(0, Math.min(links.length - 1, at() + by))]?.focus(); };
  const withLine = (act: (line: Line) => void) => () => { const line = found?.lines[at()]; if (line && me.rights.edit) act(line); };
  const manages = (focus: Focus) => withLine((line) => setManaged({ line, focus }));
  const next = (by: number) => () => {
    const now = found?.lines.findIndex((line) => line.uid === managed?.line.uid) ?? -1;
    const line = found?.lines[now + by];
    if (managed && now >= 0 && line) setManaged({ line });
  };
  useEffect(() => { if (found) remember(found.lines); }, [found?.lines]);
  useKeys({
    j: () => step(1), k: () => step(-1),
    e: () => { const line = found?.lines[at()]; if (line) setManaged({ line }); },
    x: () => { document.querySelectorAll<HTMLInputElement>('.queue tbody .c-check input')[at()]?.click(); },
    i: withLine((line) => void take(me, line)), r: manages('m-note'), a: manages('m-assignee'), t: manages('m-tags'), c: manages('m-comment'), m: withLine(setMerged),
  }, { '[': next(-1), ']': next(1) });
  const change = (edit: (next: URLSearchParams) => void) => {
    const next = new URLSearchParams(search);
    next.delete('page');
    edit(next);
    go(queuePath(me.cluster, next.toString()));
  };
  const chosen = selected.all ? (found?.total ?? 0) - selected.except.size : selected.keys.size;
  const dialogs = (
    <div key="dialogs">
      {managed && <Manage key={managed.line.uid} me={me} of={managed.line} focus={managed.focus} onClose={() => setManaged(undefined)} />}
      {merged && <Merge incident={merged} onClose={() => setMerged(undefined)} />}
    </div>
  );
  // What somebody is writing stays, also while the rest cannot be read.
  if (problem && !found) return <div class="page queue"><ProblemPage problem={problem} onRetry={retry} />{problem.kind !== 'forbidden' && dialogs}</div>;
  return (
    <div class="page queue">
      <div class="heading">
        <h1>{say.queue.title}</h1>
        {found && <span class="total" role="status">{filters && found.there !== found.total ? sentence(say.queue.of, { found: plural(found.total, say.incident), there: count(found.there) }) : plural(found.total, say.incident)}</span>}
        <span class="grow" />
        {(fresh > 0 || moved) && <Button class="fresh" icon="arrow_sync_16_regular" onClick={show}>{fresh > 0 ? sentence(say.queue.fresh, { number: count(fresh) }) : say.queue.update}</Button>}
        <CopyMenu search={filter} reach={me.reach} />
        <Export query={text} />
        <Columns />
        <Button kind="subtle" class="wide-only" icon="data_bar_vertical_16_regular" aria-pressed={overview === 'on'} onClick={() => setOverview(overview === 'on' ? 'off' : 'on')}>{say.queue.overview}</Button>
      </div>
      <Views search={search} me={me} />
      {found && found.there > 0 && overview === 'on' && <Overview found={found} search={search} me={me} />}
      <Filters search={search} facets={found?.facets} change={change} me={me} />
      <Chips search={search} problems={found?.problems ?? []} change={change} me={me} />
      {!found ? <Skeleton lines={10} /> : found.lines.length === 0 ? <Nothing found={found} filters={filters} me={me} /> : (
        <Rows
          found={found} me={me} sort={search.get('sort') ?? 'activity'} selected={selected} onSelect={setSelected} onManage={(line) => setManaged({ line })}
          onSort={(key) => change((next) => { if (key === 'activity') next.delete('sort'); else next.set('sort', key); })}
        />
      )}
      {found && found.pages > 1 && <Pages found={found} search={search} me={me} />}
      {(selected.all || selected.keys.size > 0) && found && <BulkBar me={me} selected={selected} chosen={chosen} total={found.total} query={filters} onDone={() => setSelected(nothing)} onAll={() => setSelected({ all: true, keys: new Map(), except: new Set() })} />}
      {dialogs}
    </div>
  );
}

function CopyMenu({ search, reach }: { search: URLSearchParams; reach: Reach }) {
  const [copied, set] = useState('');
  const copy = (what: string, text: string) => { void navigator.clipboard.writeText(text).then(() => { set(what); setTimeout(() => set(''), 2000); }); };
  const quote = (text: string) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);
  const flags = [...search].map(([name, value]) =>
    name === 'assignee' && value === '@me' ? '--mine' : name === 'namespace' ? `-n ${quote(value)}` : value === 'true' ? `--${name}` : `--${name}=${quote(value)}`);
  // One command lists one namespace, or all.
  const places = search.has('namespace') ? [[]] : reach.everywhere ? [['-A']] : reach.namespaces.map((one) => [`-n ${one}`]);
  const command = () => places.map((place) => ['kubectl incident list', ...place, ...flags].join(' ')).join('\n');
  return (
    <>
      <Button kind="subtle" icon={copied === 'link' ? 'checkmark_16_regular' : 'link_16_regular'} onClick={() => copy('link', location.href)}>{copied === 'link' ? say.queue.copied : say.queue.copyLink}</Button>
      <Button kind="subtle" class="wide-only" icon={copied === 'command' ? 'checkmark_16_regular' : 'copy_16_regular'} onClick={() => copy('command', command())}>{copied === 'command' ? say.queue.copied : say.queue.copyCommand}</Button>
    </>
  );
}

/** Export saves all incidents that match as a file for spreadsheets. */
function Export({ query }: { query: string }) {
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    try {
      const link = document.createElement('a');
      link.href = URL.createObjectURL(await getFile(`/api/incidents.csv?${query}`));
      link.download = 'incidents.csv';
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error), 'danger');
    } finally {
      setBusy(false);
    }
  };
  return <Button kind="subtle" class="wide-only" icon="arrow_download_16_regular" disabled={busy} onClick={() => void save()}>{busy ? say.queue.reading : say.queue.export}</Button>;
}

function Nothing({ found, filters, me }: { found: Found; filters: string; me: Me }) {
  if (!found.ready) return <Skeleton lines={10} />;
  if (found.there === 0) {
    const command = <code>kubectl apply -k config/samples</code>;
    return <Empty icon="mail_inbox_20_regular" title={say.queue.empty}>
      {found.scope ? fill(say.queue.emptyScopeWhy, { namespace: <b>{found.scope}</b>, command }) : fill(say.queue.emptyWhy, { command })}
    </Empty>;
  }
  if (filters) {
    return <Empty icon="search_20_regular" title={say.queue.noMatch} action={<Button kind="primary" onClick={() => go(queuePath(me.cluster))}>{say.queue.reset}</Button>}>
      {sentence(say.queue.hiddenWhy, { incidents: plural(found.there, say.queue.hidden) })}
    </Empty>;
  }
  return <Empty icon="checkmark_circle_20_regular" title={say.queue.done} action={<Button onClick={() => go(queuePath(me.cluster, 'all=true'))}>{sentence(say.queue.showAll, { number: count(found.there) })}</Button>}>
    {say.queue.doneWhy}
  </Empty>;
}

function Pages({ found, search, me }: { found: Found; search: URLSearchParams; me: Me }) {
  const to = (page: number) => { const next = new URLSearchParams(search); next.set('page', String(page)); return queuePath(me.cluster, next.toString()); };
  return (
    <nav class="pages" aria-label={say.queue.pages}>
      {found.page > 1 ? <a class="button" href={to(found.page - 1)}>{say.queue.newer}</a> : <span class="button disabled" aria-hidden="true">{say.queue.newer}</span>}
      <span>{sentence(say.queue.page, { page: count(found.page), pages: count(found.pages) })}</span>
      {found.page < found.pages ? <a class="button" href={to(found.page + 1)}>{say.queue.older}</a> : <span class="button disabled" aria-hidden="true">{say.queue.older}</span>}
    </nav>
  );
}
