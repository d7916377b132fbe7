import { inCluster, toIssuer } from './api';
import { fill, say } from './messages';
import { go, queuePath } from './route';
import type { Me, Problem } from './types';
import { Button, Empty, Text } from './ui';

export const NoSession = ({ problem }: { problem?: Problem }) => (inCluster ? (
  <Empty icon="lock_closed_20_regular" title={say.states.signedOut} action={<Button kind="primary" onClick={toIssuer}>{say.states.signIn}</Button>}>
    {say.states.comeBack}
  </Empty>
) : (
  <Empty icon="lock_closed_20_regular" title={say.states.signedOut}>
    {problem ? <><Text>{problem.message}</Text>. </> : null}{fill(say.states.runCommand, { command: <code>kubectl incident console</code> })}
  </Empty>
));

export const Offline = ({ onRetry }: { onRetry: () => void }) => (
  <Empty icon="plug_disconnected_20_regular" title={say.states.offline} action={<Button kind="primary" icon="arrow_sync_16_regular" onClick={onRetry}>{say.tryAgain}</Button>}>
    {inCluster ? say.states.restarting : fill(say.states.ended, { command: <code>kubectl incident console</code> })}
  </Empty>
);

export const NotFound = ({ me }: { me: Me }) => (
  <Empty icon="search_20_regular" title={say.states.noPage} action={<Button kind="primary" onClick={() => go(queuePath(me.cluster))}>{say.toQueue}</Button>}>
    {say.states.noPageWhy}
  </Empty>
);

export const OtherCluster = ({ asked, me }: { asked: string; me: Me }) => (
  <Empty icon="plug_disconnected_20_regular" title={say.states.otherCluster} action={<Button kind="primary" onClick={() => go(queuePath(me.cluster))}>{say.states.toThisQueue}</Button>}>
    {fill(say.states.otherClusterWhy, { asked: <b><Text>{asked}</Text></b>, shown: <b><Text>{me.cluster}</Text></b> })} {inCluster ? say.states.openOther : fill(say.states.startOther, { command: <code>kubectl incident console --context …</code> })}
  </Empty>
);

/** ProblemPage says why a page shows nothing, and what to do. */
export function ProblemPage({ problem, onRetry, back }: { problem: Problem; onRetry: () => void; back?: string }) {
  const retry = <Button kind="primary" icon="arrow_sync_16_regular" onClick={onRetry}>{say.tryAgain}</Button>;
  const leave = back && <Button onClick={() => go(back)}>{say.toQueue}</Button>;
  switch (problem.kind) {
    case 'forbidden':
      return <Empty icon="lock_closed_20_regular" title={say.states.forbidden} action={<>{retry}{leave}</>}>
        {fill(say.states.forbiddenWhy, { why: <Text>{problem.message}</Text>, viewer: <code>incident-operator-viewer</code>, responder: <code>incident-operator-responder</code> })}
      </Empty>;
    case 'gone':
      return <Empty icon="search_20_regular" title={say.states.gone} action={<>{leave}{retry}</>}>
        {fill(say.states.goneWhy, { why: <Text>{problem.message}</Text> })}
      </Empty>;
    case 'expired':
      return <Empty icon="lock_closed_20_regular" title={say.states.expired} action={inCluster ? <Button kind="primary" onClick={toIssuer}>{say.states.signIn}</Button> : retry}>
        {inCluster ? fill(say.states.expiredHere, { why: <Text>{problem.message}</Text> }) : fill(say.states.expiredWhy, { why: <Text>{problem.message}</Text>, command: <code>kubectl incident console</code> })}
      </Empty>;
    case 'offline':
      return <Offline onRetry={onRetry} />;
    case 'away':
      return <Empty icon="plug_disconnected_20_regular" title={say.states.away} action={retry}>
        {fill(say.states.awayWhy, { why: <Text>{problem.message}</Text> })}
      </Empty>;
    default:
      return <Empty icon="info_20_regular" title={say.states.refused} action={<>{retry}{leave}</>}><Text>{problem.message}</Text>.</Empty>;
  }
}
