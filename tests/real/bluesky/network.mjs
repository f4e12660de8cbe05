// A whole Bluesky network, started by tests/real/network.py: directory, PDS, AppView, labeller. All of it is the
// protocol's reference implementation; its ports are free ones, its database is the one in DB_POSTGRES_URL.
//
// There are two AppViews over the same data: `appview` cuts threads off at DEPTH levels as the public service does,
// `appviewDeep` does not.
//
// It speaks lines of JSON. First it says where everybody is; then each line that comes in is a wish, answered by one
// line: {"settle": true} waits until everything written was indexed; {"label": {uri, cid, val}} labels a post or an
// account as the moderators would, {"takeDown": {uri}} takes a post down. It ends when nobody can wish any more.
import readline from 'node:readline';
import { BskyAppView, ServerConfig, TestNetwork } from '@atproto/dev-env';

const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const depth = Number(process.env.DEPTH);

const network = await TestNetwork.create({
  dbPostgresSchema: 'tl',
  pds: { hostname: 'localhost', enableDidDocWithSession: true },
  bsky: { maxThreadDepth: depth, maxThreadParents: Number(process.env.PARENTS) },
});
const { cfg, signingKey } = network.bsky.ctx;
const deep = BskyAppView.create({
  config: new ServerConfig({ ...cfg.cfg, port: 0, maxThreadDepth: undefined }),
  signingKey,
});
const deepServer = await deep.start();

const wishes = {
  async settle() {
    await network.processAll(60_000);
    return {};
  },
  async label({ uri, cid = '', val }) {
    const label = { src: network.ozone.ctx.cfg.service.did, uri, cid, val, neg: false, cts: new Date().toISOString() };
    await network.bsky.db.db.insertInto('label').values(label).execute();
    return {};
  },
  async takeDown({ uri }) {
    await network.bsky.ctx.dataplane.takedownRecord({ recordUri: uri });
    return {};
  },
};

say({
  appview: network.bsky.url,
  appviewDeep: `http://localhost:${deepServer.address().port}`,
  directory: network.plc.url,
  pds: network.pds.url,
  memory: process.memoryUsage().rss,
});

for await (const line of readline.createInterface({ input: process.stdin })) {
  const [[name, wish]] = Object.entries(JSON.parse(line));
  try {
    say(await wishes[name](wish));
  } catch (error) {
    say({ error: String(error.stack ?? error) });
  }
}
process.exit(0);
