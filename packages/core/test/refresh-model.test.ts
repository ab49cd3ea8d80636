import assert from 'node:assert/strict';
import { test } from 'node:test';
import { balanced, decideRefresh, type RefreshDecision, type RefreshFacts } from '@argus/core';
import fc from 'fast-check';
import { chrome142, factsWith, foreignHash, proofOf, secretHash, startMs, withDevice } from './facts.ts';

/** Who shows a token, as far as the rules tell people apart. */
interface Shower {
  readonly holdsSecret: boolean;
  readonly isNear: boolean;
  readonly browser: 'same' | 'newer' | 'other';
}

interface Step {
  /** Counted back from the newest generation; −1 is one that does not exist yet. */
  readonly back: number;
  readonly isForged: boolean;
  readonly shower: Shower;
  readonly waitMs: number;
  readonly idleSeconds: number | undefined;
}

const browsers = {
  same: chrome142,
  newer: chrome142.replace('142', '199'),
  other: 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
};
const honest: Shower = { holdsSecret: true, isNear: true, browser: 'same' };

const showers = fc.oneof(
  { weight: 4, arbitrary: fc.constant(honest) },
  {
    weight: 1,
    arbitrary: fc.record({
      holdsSecret: fc.boolean(),
      isNear: fc.boolean(),
      browser: fc.constantFrom('same' as const, 'newer' as const, 'other' as const),
    }),
  },
);
const steps = fc.array(
  fc.record({
    back: fc.oneof(
      { weight: 5, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.integer({ min: -1, max: 4 }) },
    ),
    isForged: fc.oneof(
      { weight: 12, arbitrary: fc.constant(false) },
      { weight: 1, arbitrary: fc.constant(true) },
    ),
    shower: showers,
    waitMs: fc.oneof(fc.integer({ min: 0, max: 12_000 }), fc.integer({ min: 0, max: 2_000_000 })),
    idleSeconds: fc.option(fc.integer({ min: 0, max: 3000 }), { nil: undefined }),
  }),
  { minLength: 1, maxLength: 40 },
);

/** The rules in their shortest form: what must happen, told without looking at the code. */
interface Model {
  generation: number;
  rotatedAt: number;
  idleEnd: number;
  lastActiveAt: number;
  isEnded: boolean;
  /** The network and browser of whoever rotated last. */
  last: { isNear: boolean; browser: Shower['browser'] };
}

const idleMs = (balanced.session.idleSeconds ?? 0) * 1000;
const absoluteEnd = startMs + balanced.session.absoluteSeconds * 1000;

function expected(model: Model, step: Step, now: number): 'rotate' | 'repeat' | 'refuse' | 'end' {
  if (step.isForged || step.back < 0) return 'refuse';
  if (model.isEnded || now >= model.idleEnd || now >= absoluteEnd) return 'refuse';
  if (now >= wholeSecond(model.idleEnd)) return 'refuse';
  const { holdsSecret, isNear, browser } = step.shower;
  const isSame = holdsSecret && isSameOrNewer(model.last.browser, browser);
  if (step.back === 0) return isSame ? 'rotate' : 'end';
  const isInTime = step.back === 1 && now - model.rotatedAt <= 10_000;
  return isInTime && isSame && isNear === model.last.isNear ? 'repeat' : 'end';
}

function isSameOrNewer(before: Shower['browser'], after: Shower['browser']): boolean {
  return before === after || (before === 'same' && after === 'newer');
}

function wholeSecond(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}

function learn(model: Model, step: Step, now: number): void {
  const activeAt = step.idleSeconds === undefined ? 0 : now - step.idleSeconds * 1000;
  if (activeAt > model.rotatedAt) {
    model.lastActiveAt = Math.max(model.lastActiveAt, activeAt);
    model.idleEnd = Math.min(model.lastActiveAt + idleMs, absoluteEnd);
  }
  model.generation += 1;
  model.rotatedAt = now;
  model.last = { isNear: step.shower.isNear, browser: step.shower.browser };
}

function showing(step: Step, generation: number) {
  return proofOf(generation, {
    isIdGenuine: !step.isForged,
    ...withDevice(step.shower.holdsSecret ? secretHash : foreignHash),
    ip: step.shower.isNear ? '192.0.2.77' : '203.0.113.77',
    userAgent: browsers[step.shower.browser],
    idleSeconds: step.idleSeconds,
  });
}

/** What the store would hold after the decision was committed. */
function carriedOut(facts: RefreshFacts, decision: RefreshDecision, now: number): RefreshFacts {
  // Argus's own grants always rotate.
  assert.ok(decision.kind !== 'renew');
  if (decision.kind === 'repeat' || (decision.kind === 'refuse' && decision.changes.length === 0))
    return facts;
  if (decision.kind === 'refuse') {
    const session = { ...facts.session, state: 'ended', endedAt: now, endReason: 'refresh-reuse' } as const;
    return { ...facts, session, grant: { ...facts.grant, status: 'ended' } };
  }
  const { lastActiveAt, idleExpiresAt, expiresAt, ip, userAgent, fromGeneration } = decision.rotation;
  return {
    ...facts,
    session: { ...facts.session, lastActiveAt, idleExpiresAt },
    grant: {
      ...facts.grant,
      generation: fromGeneration + 1,
      rotatedAt: now,
      expiresAt,
      rotatedIp: ip,
      rotatedUserAgent: userAgent,
    },
  };
}

/** How many different tokens would rotate right now in the best of hands. */
function liveTokens(facts: RefreshFacts, now: number): number {
  let live = 0;
  for (let generation = 1; generation <= facts.grant.generation + 2; generation += 1) {
    const proof = proofOf(generation, { ip: facts.grant.rotatedIp, userAgent: facts.grant.rotatedUserAgent });
    if (decideRefresh(facts, proof, { policy: balanced, client: null, now }).kind === 'rotate') live += 1;
  }
  return live;
}

test('whoever shows whichever token whenever, the decision is the model’s and at most one token lives', () => {
  fc.assert(
    fc.property(steps, (walk) => {
      let facts = factsWith({ grant: { rotatedIp: '192.0.2.10' } });
      let now = startMs;
      const model: Model = {
        generation: 1,
        rotatedAt: startMs,
        idleEnd: startMs + idleMs,
        lastActiveAt: startMs,
        isEnded: false,
        last: { isNear: true, browser: 'same' },
      };
      for (const step of walk) {
        now += step.waitMs;
        const generation = Math.max(1, model.generation - step.back);
        const shown = { ...step, back: model.generation - generation };
        const decision = decideRefresh(facts, showing(shown, generation), {
          policy: balanced,
          client: null,
          now,
        });
        const isEnd = decision.kind === 'refuse' && decision.changes.length > 0;
        const wanted = expected(model, shown, now);
        assert.equal(isEnd ? 'end' : decision.kind, wanted, JSON.stringify({ shown, model, now }));
        if (wanted === 'rotate') learn(model, shown, now);
        if (wanted === 'end') model.isEnded = true;
        facts = carriedOut(facts, decision, now);
        assert.ok(liveTokens(facts, now) <= (model.isEnded ? 0 : 1));
        assert.ok(facts.session.idleExpiresAt <= facts.session.absoluteExpiresAt);
        assert.equal(facts.session.idleExpiresAt, model.idleEnd);
      }
    }),
    { numRuns: 1500 },
  );
});
