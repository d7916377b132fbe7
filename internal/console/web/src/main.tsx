import { render } from 'preact';
import { useCallback, useEffect, useState } from 'preact/hooks';
import { Failure, follow, get, onNews, signedIn, signIn, signOut, whenSessionEnds, type News } from './api';
import { IncidentPage } from './incident';
import { Help } from './keys';
import { fill, say } from './messages';
import { Queue } from './queue';
import { follows, go, queuePath, useRoute } from './route';
import { applySettings, Settings } from './settings';
import { NoSession, NotFound, Offline, OtherCluster, ProblemPage } from './states';
import { Toasts } from './toast';
import { UndoAnywhere } from './undo';
import { Where } from './where';
import type { Me, Problem } from './types';
import { Banner, Icon, Person, Skeleton, Text } from './ui';

function useLive(): News | undefined {
  const [state, set] = useState<News>();
  useEffect(() => onNews(set), []);
  return state;
}

function TopBar({ me, search, onFound }: { me?: Me; search: URLSearchParams; onFound: (me: Me) => void }) {
  const news = useLive();
  const live = news && !news.offline && !news.problem;
  return (
    <header class="top">
      <a class="brand" href={me ? queuePath(me.cluster) : '/'}><Icon name="shield_20_filled" size={20} /><span>{say.app.brand}</span></a>
      {me && <Where me={me} search={search} onFound={onFound} />}
      <span class="grow" />
      {me && <span class={`live ${live ? 'on' : 'off'}`} role="status"><span class="dot" aria-hidden="true" />{news ? (live ? say.app.live : say.app.late) : say.app.connecting}</span>}
      {me && <Settings onSignOut={signOut}><Person name={me.user} /></Settings>}
    </header>
  );
}

function Connection() {
  const news = useLive();
  if (news?.offline) return <Banner kind="warning" icon="warning_16_filled">{say.app.offline}</Banner>;
  if (news?.problem?.kind === 'busy') return <Banner kind="warning" icon="warning_16_filled">{fill(say.app.busy, { why: <Text>{news.problem.message}</Text> })}</Banner>;
  if (news?.problem?.kind === 'away') return <Banner kind="warning" icon="warning_16_filled">{fill(say.app.away, { why: <Text>{news.problem.message}</Text> })}</Banner>;
  return null;
}

function App() {
  const [problem, setProblem] = useState<Problem>();
  const [ended, setEnded] = useState(false);
  const [me, setMe] = useState<Me>();
  const at = useRoute();
  const load = useCallback(() => {
    setProblem(undefined);
    signIn().then(() => {
      if (!signedIn()) return setEnded(true);
      setEnded(false);
      return get<Me>('/api/me').then((found) => { setMe(found); void follow(); });
    }).catch((error) => setProblem(error instanceof Failure ? error.problem : { kind: 'away', message: String(error) }));
  }, []);
  useEffect(() => { whenSessionEnds(() => { setEnded(true); setMe(undefined); }); load(); }, [load]);
  useEffect(() => { if (me && location.pathname === '/') go(queuePath(me.cluster), true); }, [me, at]);
  const page = () => {
    if (problem?.kind === 'session' || ended) return <NoSession problem={problem} />;
    if (problem?.kind === 'offline') return <Offline onRetry={load} />;
    if (problem) return <ProblemPage problem={problem} onRetry={load} />;
    if (!me) return <Skeleton lines={9} />;
    if (!at.known) return <NotFound me={me} />;
    if (at.cluster && at.cluster !== me.cluster) return <OtherCluster asked={at.cluster} me={me} />;
    if (at.namespace && at.name) return <IncidentPage key={`${at.namespace}/${at.name}`} me={me} namespace={at.namespace} name={at.name} tab={at.tab ?? 'summary'} search={at.search} />;
    return <Queue me={me} search={at.search} />;
  };
  return (
    <div class="app" onClick={follows}>
      <a class="skip" href="#main" onClick={(event) => { event.preventDefault(); document.getElementById('main')?.focus(); }}>{say.app.skip}</a>
      <TopBar me={ended ? undefined : me} search={at.search} onFound={setMe} />
      {me && !ended && <Connection />}
      <main id="main" tabIndex={-1}>{page()}</main>
      <Help me={ended ? undefined : me} />
      <UndoAnywhere />
      <Toasts />
    </div>
  );
}

// A new link in a page that is open changes only the part behind #, for which no browser loads the page anew.
window.addEventListener('hashchange', () => { if (location.hash.startsWith('#code=')) location.reload(); });

applySettings();
render(<App />, document.getElementById('app')!);
