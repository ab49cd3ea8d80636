import type { ListPlace } from './list.ts';
import { BrokenFile } from './record.ts';
import { isSpace } from './value-scan.ts';

/** What the reading is in: the list of records, a list of objects that each hold one, or such an object. */
type Frame = 'records' | 'holders' | 'holder';

/** What lies around the records of a JSON file, walked byte by byte. */
export interface FrameWalk {
  /** What a byte outside of values begins: a record, something to pass over, or nothing. */
  enter(byte: number): 'record' | 'passed-over' | null;
  /** Small, and JSON: by it another process goes on from behind a record. */
  state(): unknown;
  /** Throws `BrokenFile` for a file that may not end here. */
  end(): void;
}

const mark = { comma: 0x2c, colon: 0x3a, quote: 0x22, list: 0x5b, endList: 0x5d, object: 0x7b, end: 0x7d };
/** The member that holds people. */
const member = 'users';
/** No name is as long that matters. */
const longestName = 64;

export function walkFrames(place: ListPlace, from: unknown): FrameWalk {
  const frames: Frame[] = Array.isArray(from) ? [...(from as Frame[])] : []; // written by `state` below
  let hasList = frames.length > 0;
  const name = readNames();

  function enterHolder(byte: number): 'passed-over' | null {
    if (name.isReading()) {
      name.read(byte);
      return null;
    }
    if (byte === mark.end && name.take() === null) frames.pop();
    else if (byte === mark.quote && !name.isKnown()) name.begin();
    else if (byte !== mark.colon) {
      const isList = name.take() === member && byte === mark.list;
      if (!isList) return 'passed-over';
      frames.push('records');
      hasList = true;
    }
    return null;
  }

  function enterOutermost(byte: number): null {
    if (byte === mark.list) frames.push(place === 'file' ? 'records' : 'holders');
    else if (byte === mark.object && place === 'users') frames.push('holder');
    else throw new BrokenFile('is not the JSON that it should be');
    hasList ||= place === 'file';
    return null;
  }

  function enterHolders(byte: number): null {
    if (byte === mark.endList) frames.pop();
    else if (byte === mark.object) frames.push('holder');
    else throw new BrokenFile('is not the JSON that it should be');
    return null;
  }

  function enterRecords(byte: number): 'record' | null {
    if (byte !== mark.endList) return 'record';
    frames.pop();
    return null;
  }

  return {
    enter(byte) {
      const frame = frames.at(-1);
      if ((byte === mark.comma || isSpace(byte)) && !name.isReading()) return null;
      if (frame === 'records') return enterRecords(byte);
      if (frame === 'holder') return enterHolder(byte);
      return frame === 'holders' ? enterHolders(byte) : enterOutermost(byte);
    },
    state: () => [...frames],
    end() {
      if (frames.length > 0) throw new BrokenFile('ends before its list does');
      if (!hasList) throw new BrokenFile(place === 'users' ? `has no list ${member}` : 'is empty');
    },
  };
}

/** Names of members, of which one matters. */
function readNames() {
  let name: string | null = null;
  let isReading = false;
  let isEscaped = false;
  return {
    isReading: () => isReading,
    isKnown: () => name !== null,
    begin() {
      name = '';
      isReading = true;
    },
    read(byte: number) {
      if (!isEscaped && byte === mark.quote) isReading = false;
      else if (name !== null && name.length < longestName) name += String.fromCharCode(byte);
      isEscaped = !isEscaped && byte === 0x5c;
    },
    /** The name that stands before a value, used up. */
    take() {
      const taken = name;
      name = null;
      return taken;
    },
  };
}
