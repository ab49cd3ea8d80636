import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { describe, test } from 'node:test';
import { readText, repositoryFiles, type TextFile } from './tidy/repository.ts';

type Read = (path: string) => string | undefined;

function brokenLinks(file: TextFile, read: Read): string[] {
  const prose = file.text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');
  const links = [...prose.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)|^\[[^\]]+\]:\s*(\S+)/gm)];
  return links.flatMap((match) => {
    const target = match[1] ?? match[2] ?? '';
    if (/^(https?:|mailto:)/.test(target)) return [];
    const [path = '', anchor] = target.split('#', 2);
    const full =
      path === '' ? file.path : posix.normalize(posix.join(posix.dirname(file.path), decodeURI(path)));
    const text = read(full);
    if (text === undefined) return [`${file.path}: ${target} does not exist`];
    const isAnchored = anchor !== undefined && full.endsWith('.md');
    return isAnchored && !anchorsOf(text).includes(anchor)
      ? [`${file.path}: ${target} has no such heading`]
      : [];
  });
}

/** Headings as the usual renderers turn them into anchors. */
function anchorsOf(markdown: string): string[] {
  const headings = [...markdown.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#{1,6}\s+(.+)$/gm)];
  return headings.map(([, heading = '']) =>
    heading
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );
}

describe('links in the documentation', () => {
  const paths = repositoryFiles();
  const folders = new Set(
    paths.flatMap((path) => path.split('/').map((_, at, all) => all.slice(0, at).join('/'))),
  );
  const read: Read = (path) => {
    if (paths.includes(path)) return readText(path).text;
    return folders.has(path.replace(/\/$/, '')) ? '' : undefined;
  };

  test('every relative link and anchor leads somewhere', () => {
    const pages = paths.filter((path) => path.endsWith('.md')).map(readText);
    assert.ok(pages.length > 0);
    assert.deepEqual(
      pages.flatMap((page) => brokenLinks(page, read)),
      [],
    );
  });
});

describe('the check of links complains', () => {
  const read: Read = (path) => (path === 'docs/b.md' ? '# The way in\n' : undefined);
  const broken = (text: string): number => brokenLinks({ path: 'docs/a.md', text }, read).length;

  test('about a file that is not there', () => assert.equal(broken('[x](c.md)'), 1));
  test('about a heading that is not there', () => assert.equal(broken('[x](b.md#way-out)'), 1));
  test('about a reference that leads nowhere', () => assert.equal(broken('[x]: c.md'), 1));
  test('about a picture that is not there', () => assert.equal(broken('![x](x.png)'), 1));
  test('but not about what exists, other sites or code', () => {
    assert.equal(broken('[x](b.md#the-way-in) [y](../docs/b.md) [z](https://a.example/) `[x](c.md)`'), 0);
  });
});
