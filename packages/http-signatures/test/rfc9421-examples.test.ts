import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Message, signatureBase } from '../src/index.ts';
import { innerListOf, parseItem, parseList, serialiseInnerList } from '../src/structured-fields/index.ts';
import { messageOfText } from './http-text.ts';
import { readVectors, vectorsAbsent } from './vectors.ts';

interface Block {
  line: number;
  sec: string;
  type: string;
  text: string;
}

const blocks = vectorsAbsent ? [] : readVectors<Block[]>('rfc9421/rfc9421-section2-3-blocks.json');
const textAt = (line: number): string => {
  return blocks.find((block) => block.line === line)?.text ?? assert.fail(`no block at line ${line}`);
};

interface Example {
  /** The line at which the message stands that it is made of. */
  of: number;
  scheme?: 'http';
  /** Where the request stands that it answers. */
  answers?: number;
}

/** Lines of a signature base by the line at which they stand in the working group's source. */
const examples: Record<number, Example[]> = {
  329: [{ of: 316 }],
  346: [{ of: 340 }],
  392: [{ of: 386 }],
  398: [{ of: 386 }],
  424: [{ of: 418 }],
  464: [{ of: 451 }, { of: 458 }],
  470: [{ of: 451 }],
  476: [{ of: 458 }],
  506: [{ of: 488 }],
  584: [{ of: 571 }],
  607: [{ of: 594 }],
  631: [{ of: 618 }],
  658: [{ of: 645, scheme: 'http' }],
  688: [{ of: 675 }],
  706: [{ of: 694 }],
  725: [{ of: 712 }],
  744: [{ of: 731 }],
  767: [{ of: 754 }],
  790: [{ of: 777 }],
  809: [{ of: 796 }],
  // The text beside it says: if the query is absent. Nothing but its fields is known of that message.
  821: [{ of: 316 }],
  862: [{ of: 847 }],
  884: [{ of: 873 }],
  920: [{ of: 907 }],
  1017: [{ of: 1000, answers: 984 }],
  1085: [{ of: 1000, answers: 1060 }],
  1233: [{ of: 1217 }],
};

/** Values alone, each followed by its line of a base. */
const values: Record<number, number> = {
  578: 584,
  601: 607,
  625: 631,
  652: 658,
  682: 688,
  700: 706,
  719: 725,
  738: 744,
  761: 767,
  784: 790,
  803: 809,
  815: 821,
  914: 920,
};

/** Blocks that are no example of a component. */
const others: Record<number, string> = {
  892: 'what the lines at 884 would be without encoding, which must not be',
  959: 'signature parameters, compared below',
  1036: 'the response of 2.4-a with its signature, verified among the vectors',
  1108: 'the response of 2.4-b with its signature, verified among the vectors',
  1148: 'the grammar',
};

function messageFor({ of, scheme, answers }: Example): Message {
  const message = messageOfText(textAt(of), scheme);
  const request = answers === undefined ? undefined : messageOfText(textAt(answers));
  return message.kind === 'response' && request?.kind === 'request' ? { ...message, request } : message;
}

/** The lines for the identifiers that the RFC's own lines name. */
function reproduced(message: Message, lines: readonly string[]): string[] {
  const identifiers = lines.map(
    (line) => /^"(?:[^"\\]|\\.)*"(?:;[a-z]+(?:="[^"]*")?)*/.exec(line)?.[0] ?? '',
  );
  const covered = identifiers.filter((each) => each !== '"@signature-params"');
  const input = innerListOf(covered.map((each) => parseItem(each)));
  const made = signatureBase(message, input, { 'example-dict': 'dictionary' });
  assert.ok(made.ok, JSON.stringify(made));
  return made.base.toString('latin1').split('\n').slice(0, -1);
}

describe('the component examples of RFC 9421, sections 2 and 3', { skip: vectorsAbsent }, () => {
  test('every block is a message, an example, a value or set aside with a reason', () => {
    const messages = Object.values(examples).flatMap((each) =>
      each.flatMap(({ of, answers = of }) => [of, answers]),
    );
    const known = [examples, values, others].flatMap((table) => Object.keys(table).map(Number));
    assert.deepEqual(
      blocks.map(({ line }) => line).filter((line) => !known.includes(line) && !messages.includes(line)),
      [],
    );
    assert.equal(blocks.length, 70);
  });

  for (const [line, sources] of Object.entries(examples)) {
    for (const source of sources) {
      test(`the lines at ${line} are those of the message at ${source.of}`, () => {
        const expected = textAt(Number(line)).replaceAll('(SP)', ' ').split('\n');
        const components = expected.filter((each) => !each.startsWith('"@signature-params"'));
        assert.deepEqual(reproduced(messageFor(source), components), components);
      });
    }
  }

  test('each value by itself is the one in its line', () => {
    for (const [line, inLine] of Object.entries(values)) {
      assert.ok(textAt(inLine).endsWith(`: ${textAt(Number(line))}`), line);
    }
  });

  test('no query parameter is left as it was decoded', () => {
    const encoded = reproduced(messageFor({ of: 873 }), textAt(884).split('\n'));
    for (const line of textAt(892).split('\n')) assert.ok(!encoded.includes(line));
  });

  test('the signature parameters are written as they are read', () => {
    const [input] = parseList(textAt(959));
    assert.ok(input?.kind === 'inner-list');
    assert.equal(serialiseInnerList(input), textAt(959));
  });
});
