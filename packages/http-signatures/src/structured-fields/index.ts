export { StructuredFieldError } from './fault.ts';
export { type ParseOptions, parseDictionary, parseItem, parseList } from './parse.ts';
export {
  serialiseBareItem,
  serialiseDictionary,
  serialiseInnerList,
  serialiseItem,
  serialiseList,
  serialiseMember,
} from './serialise.ts';
export {
  type BareItem,
  type Dictionary,
  type InnerList,
  type Item,
  innerListOf,
  itemOf,
  type List,
  type Member,
  noParameters,
  type Parameters,
} from './types.ts';
