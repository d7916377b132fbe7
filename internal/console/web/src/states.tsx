import { inCluster, toIssuer } from './api';
import { go, queuePath } from './route';
import type { Me, Problem } from './types';
import { Button, Empty, Text } from './ui';

export const NoSession = ({ problem }: { problem?: Problem }) => (inCluster ? (
  <Empty icon="lock_closed_20_regular" title="You are not signed in" action={<Button kind="primary" onClick={toIssuer}>Sign in</Button>}>
    You come back to this page, and what you have written is kept.
  </Empty>
) : (
  <Empty icon="lock_closed_20_regular" title="You are not signed in">
    {problem ? <><Text>{problem.message}</Text>. </> : null}Run <code>kubectl incident console</code>, and open the link that it prints. A link works once, for a minute.
  </Empty>
));

export const Offline = ({ onRetry }: { onRetry: () => void }) => (
  <Empty icon="plug_disconnected_20_regular" title="The console does not answer" action={<Button kind="primary" icon="arrow_sync_16_regular" onClick={onRetry}>Try again</Button>}>
    {inCluster ? 'It may be restarting.' : <>The command <code>kubectl incident console</code> may have ended. Start it again, and open the link that it prints.</>}
  </Empty>
);

export const NotFound = ({ me }: { me: Me }) => (
  <Empty icon="search_20_regular" title="There is no such page" action={<Button kind="primary" onClick={() => go(queuePath(me.cluster))}>Go to the queue</Button>}>
    The address leads nowhere. It may be from another version of the console.
  </Empty>
);

export const OtherCluster = ({ asked, me }: { asked: string; me: Me }) => (
  <Empty icon="plug_disconnected_20_regular" title="This address is of another cluster" action={<Button kind="primary" onClick={() => go(queuePath(me.cluster))}>Go to the queue of this cluster</Button>}>
    It is of <b><Text>{asked}</Text></b>; this console shows <b><Text>{me.cluster}</Text></b>. {inCluster ? 'Open the console of that cluster.' : <>To open it, start <code>kubectl incident console --context …</code> for that cluster.</>}
  </Empty>
);

/** ProblemPage says why a page shows nothing, and what to do. */
export function ProblemPage({ problem, onRetry, back }: { problem: Problem; onRetry: () => void; back?: string }) {
  const retry = <Button kind="primary" icon="arrow_sync_16_regular" onClick={onRetry}>Try again</Button>;
  const leave = back && <Button onClick={() => go(back)}>Go to the queue</Button>;
  switch (problem.kind) {
    case 'forbidden':
      return <Empty icon="lock_closed_20_regular" title="You have no right to see this" action={<>{retry}{leave}</>}>
        The API server says: <Text>{problem.message}</Text>. Ask whoever runs the cluster for the role <code>incident-operator-viewer</code> or <code>incident-operator-responder</code>.
      </Empty>;
    case 'gone':
      return <Empty icon="search_20_regular" title="It does not exist" action={<>{leave}{retry}</>}>
        The incident was deleted, or the address has a slip of the pen. <Text>{problem.message}</Text>.
      </Empty>;
    case 'offline':
      return <Offline onRetry={onRetry} />;
    default:
      return <Empty icon="plug_disconnected_20_regular" title="The API server does not answer" action={retry}>
        <Text>{problem.message}</Text>. The page tries again by itself when the connection is back.
      </Empty>;
  }
}
